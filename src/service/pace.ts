import type { Clock } from '../platform/clock.ts';

/** How fast one execution is served. */
export interface Pace {
  /** Counts one request, or one new connection. False where it came faster than it may: it is to be refused. */
  take(): boolean;
  /** Milliseconds for which nothing more should be read of what the execution sends; 0: go on. */
  pauseMs(): number;
}

/**
 * A bucket of tokens: `burst` at first, `perSecond` more each second. What is refused takes a token too, so a flood
 * runs into debt. Once the debt is as deep as the bucket, nothing is read until it is paid off. So in the long run no
 * more than `perSecond` requests a second cost anything, whatever is sent.
 */
export function createPace(
  clock: Clock,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): Pace {
  let tokens = burst;
  let at = clock.monotonic();
  let isPaying = false;

  function refill(): void {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - at) * perSecond) / 1000);
    at = now;
    if (tokens >= 1) isPaying = false;
  }

  return {
    take() {
      refill();
      const isInTime = tokens >= 1;
      // Even the deepest debt is paid off in a while.
      tokens = Math.max(tokens - 1, -2 * burst);
      if (tokens <= -burst) isPaying = true;
      return isInTime;
    },
    pauseMs() {
      refill();
      return isPaying ? Math.ceil(((1 - tokens) * 1000) / perSecond) : 0;
    },
  };
}
