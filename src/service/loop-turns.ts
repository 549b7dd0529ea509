/**
 * One endpoint's share of the event loop: of all the work that waits for it, one piece is done in each turn of the
 * loop. So everyone else's connections are looked at between two pieces, however many connections one execution floods.
 */
export interface LoopTurns {
  /** Does the piece now, if none was done in this turn, or else in the first free turn. First come, first served. */
  take(piece: () => void): void;
}

/** What waits is bounded by the caller: a connection asks for one turn at a time. */
export function createLoopTurns(): LoopTurns {
  const waiting: (() => void)[] = [];
  let taken = false;
  const next = () => {
    const piece = waiting.shift();
    taken = piece !== undefined;
    if (!piece) return;
    setImmediate(next);
    piece();
  };
  return {
    take(piece) {
      if (taken) {
        waiting.push(piece);
        return;
      }
      taken = true;
      setImmediate(next);
      piece();
    },
  };
}
