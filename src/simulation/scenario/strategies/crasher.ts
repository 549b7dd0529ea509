import { frugal } from './seeker.ts';
import type { Strategy } from './strategy.ts';

const SHARE = 0.2;

/** A frugal one whose program is not sound: every fifth execution, or as often as the scenario says, breaks off. */
export const crasher: Strategy = async (me, self) => {
  if (self.settings.crash_share === 0 && me.dice.chance(SHARE)) me.exit({ cause: 'exited', exitCode: 1 });
  await frugal(me, self);
};
