import { useEffect, useRef } from 'preact/hooks';
import { post } from '../api.ts';

const AGAIN_MS = 2000;

/** Who was away is back with a key or a click, and with nothing else: an open page is nobody. */
export function useWelcome(isAway: boolean): void {
  const saidAt = useRef(-Infinity);
  useEffect(() => {
    if (!isAway) return;
    const onSign = (event: Event) => {
      if (!event.isTrusted || event.timeStamp - saidAt.current < AGAIN_MS) return;
      saidAt.current = event.timeStamp;
      // Where that fails, the next key tries again.
      post('/api/present', {}).catch(() => undefined);
    };
    addEventListener('keydown', onSign);
    addEventListener('pointerdown', onSign);
    return () => {
      removeEventListener('keydown', onSign);
      removeEventListener('pointerdown', onSign);
    };
  }, [isAway]);
}
