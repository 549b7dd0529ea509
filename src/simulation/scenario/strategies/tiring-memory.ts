/** What an agent that knows how its human tires remembers of its answers. */
export interface TiringMemory {
  /** Credits that a letter would bring if none were remembered; undefined before the first answer. */
  rested: number | undefined;
  /** How many of its answers were remembered at the last one. */
  seen: number;
  lastCycle: number;
  /** Cycles from one of its answers to the next, of late. */
  everyCycles: number;
}

export const newTiringMemory = (): TiringMemory => ({ rested: undefined, seen: 0, lastCycle: 0, everyCycles: 0 });
