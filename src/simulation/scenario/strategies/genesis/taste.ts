import type { Kind } from './memory.ts';
import { RULES } from './rules.ts';

/**
 * What a human who tires and recovers likes (`runtime/genesis/taste.py`). A kind's appeal is what a rested letter of it
 * earns; each letter that is still remembered takes its part off.
 */
const { tires, recovery_seconds: recovery, forget_seconds: forget, learning } = RULES.letters;

/** As it is at `now`; `hope` is what an untried kind is worth, to which what is known fades in time. */
export function kindAt(kind: Kind | undefined, hope: number, now: number): Kind {
  if (!kind) return { appeal: hope, seen: 0, at: now };
  const seconds = now - kind.at;
  const faded = 0.5 ** (seconds / forget);
  return { appeal: hope + (kind.appeal - hope) * faded, seen: kind.seen * 0.5 ** (seconds / recovery), at: now };
}

export const expectedOf = ({ appeal, seen }: Kind) => appeal * (1 - tires) ** seen;

/** After an answer that earned `reward`. */
export function learnt(kind: Kind, reward: number): Kind {
  const rested = reward / (1 - tires) ** kind.seen;
  return { ...kind, appeal: kind.appeal + learning * (rested - kind.appeal), seen: kind.seen + 1 };
}

/** The least that a letter of this kind should be expected to earn: over its cost, and not one too many of its kind. */
function barOf({ appeal }: Kind, cost: number): number {
  return Math.max(RULES.letters.worth * cost, RULES.letters.rested * appeal);
}

/** Seconds until a letter of this kind is worth writing; Infinity where rest does not help. */
export function secondsUntilWorth(kind: Kind, cost: number): number {
  const bar = barOf(kind, cost);
  if (expectedOf(kind) >= bar) return 0;
  if (kind.appeal <= bar) return Infinity;
  const seenThen = Math.log(bar / kind.appeal) / Math.log(1 - tires);
  return recovery * Math.log2(kind.seen / seenThen);
}
