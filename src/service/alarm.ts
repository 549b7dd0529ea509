import type { Clock } from '../platform/clock.ts';

export interface Alarm {
  /** Rings once, after so many milliseconds from now, unless it is set anew or put off before. */
  set(milliseconds: number): void;
  putOff(): void;
}

/** One sleep serves many settings: a timer for each answer would cost more than the answer. */
export function createAlarm(clock: Clock, signal: AbortSignal, ring: () => void): Alarm {
  let at: number | undefined;
  let wakesAt: number | undefined;

  async function sleepUntil(time: number): Promise<void> {
    wakesAt = time;
    try {
      await clock.sleep(time - clock.monotonic(), signal);
    } catch {
      return;
    }
    // Else another sleeps in its place, because it was set to ring sooner.
    if (wakesAt === time) wake();
  }

  function wake(): void {
    wakesAt = undefined;
    if (at === undefined) return;
    if (at > clock.monotonic()) {
      void sleepUntil(at);
      return;
    }
    at = undefined;
    ring();
  }

  return {
    set(milliseconds) {
      at = clock.monotonic() + milliseconds;
      if (wakesAt === undefined || at < wakesAt) void sleepUntil(at);
    },
    putOff() {
      at = undefined;
    },
  };
}
