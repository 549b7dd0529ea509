import type { AgentHands } from '../../agent-hands.ts';
import type { Self } from './strategy.ts';

/**
 * Takes in the answers that came, and says what the next one will bring, in credits. The newest answer counts most, and
 * a disappointment is forgotten in time: the reader may have had enough of it only that day.
 */
export function expectedReward(me: AgentHands, self: Self): number {
  const { memory, settings } = self;
  const { cycle, responses } = me.handshake;
  const hours = (cycle - memory.expectedInCycle) / self.cyclesPerHour;
  let expected = memory.expected ?? settings.hope;
  if (expected < settings.hope) expected += (settings.hope - expected) * (1 - 0.5 ** (hours / settings.recovery_hours));
  // Nobody saw what expired: that tells nothing of the reader's taste.
  for (const { reward, status } of responses)
    if (status !== 'expired') expected += settings.learning * (reward - expected);
  memory.expected = expected;
  memory.expectedInCycle = cycle;
  return expected;
}
