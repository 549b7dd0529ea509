import type { Clock } from '../../platform/clock.ts';

/** How long one turn of the event loop is kept for this. */
const TURN_MS = 8;

/**
 * Repeats `step` until it says that nothing is left (true), or until `patienceMs` are over (false), and lets everything
 * else in the program have its turn in between: the market waits for nobody who only looks.
 */
export async function inTurns(
  step: () => boolean,
  { clock, patienceMs }: { readonly clock: Pick<Clock, 'monotonic'>; readonly patienceMs: number },
): Promise<boolean> {
  const began = clock.monotonic();
  for (let turn = began; ;) {
    if (step()) return true;
    const now = clock.monotonic();
    if (now - began >= patienceMs) return false;
    if (now - turn < TURN_MS) continue;
    await nextTurn();
    turn = clock.monotonic();
  }
}

/** All else that is waiting has its turn first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
