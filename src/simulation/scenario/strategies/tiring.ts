import type { AgentHands } from '../../agent-hands.ts';
import type { Self } from './strategy.ts';

/** As many later letters as could matter. */
const LETTERS_AHEAD = 500;
const NEWEST = 0.2;

/**
 * What a letter is worth to one that knows how its own letters tire the human: what it earns now, less what it takes off
 * the letters after it, which come as often as the last ones did.
 */
export function worthOfLetter({ handshake }: AgentHands, { settings, memory, cyclesPerHour, human }: Self): number {
  const { tiring } = memory;
  const { repetition, recovery_hours: hours } = human;
  const kept = (cycles: number) => 0.5 ** (cycles / cyclesPerHour / hours);
  const left = (seen: number) => (1 - repetition) ** seen;
  const seenNow = () => tiring.seen * kept(handshake.cycle - tiring.lastCycle);
  for (const { reward, status } of handshake.responses) {
    if (status === 'expired') continue;
    const seen = seenNow();
    const rested = reward / left(seen);
    tiring.rested = tiring.rested === undefined ? rested : tiring.rested + settings.learning * (rested - tiring.rested);
    const gap = handshake.cycle - tiring.lastCycle;
    tiring.everyCycles = tiring.seen === 0 ? gap : tiring.everyCycles + NEWEST * (gap - tiring.everyCycles);
    tiring.seen = seen + 1;
    tiring.lastCycle = handshake.cycle;
  }
  const now = (tiring.rested ?? settings.hope) * left(seenNow());
  // Whoever has been silent for longer than usual isn't heard as often any more.
  const every = Math.max(tiring.everyCycles, handshake.cycle - tiring.lastCycle);
  let lost = 0;
  for (let letter = 1; letter <= LETTERS_AHEAD && tiring.seen > 0; letter++) lost += 1 - left(kept(letter * every));
  return now * (1 - lost);
}
