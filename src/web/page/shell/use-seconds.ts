import { useEffect, useState } from 'preact/hooks';

/** How many milliseconds ago that was, by `performance.now()`; anew each second. */
export function useSeconds(since: number, stepMs = 1000): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), stepMs);
    return () => clearInterval(timer);
  }, [since, stepMs]);
  return Math.max(0, now - since);
}
