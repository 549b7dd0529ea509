import { useEffect } from 'preact/hooks';
import { post } from '../api.ts';

const EVERY_MS = 5000;
const SIGNS = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const;

/**
 * Tells the program that this prompt is read, or that none is: once when it is seen, and then only when a key, a click or
 * a scroll of the human comes. A page that is only open tells nothing.
 */
export function useAttention(promptId: string | null): void {
  useEffect(() => {
    if (promptId === null) return;
    const tell = (sign: 'shown' | 'acted') =>
      // A sign that is lost is a few seconds that don't count.
      post(`/api/prompts/${encodeURIComponent(promptId)}/attention`, { sign }).catch(() => undefined);
    let toldAt = -Infinity;
    let isShown = false;
    const show = () => {
      if (isShown || document.visibilityState !== 'visible') return;
      isShown = true;
      void tell('shown');
    };
    const onSign = (event: Event) => {
      if (!event.isTrusted || event.timeStamp - toldAt < EVERY_MS) return;
      toldAt = event.timeStamp;
      void tell('acted');
    };
    show();
    document.addEventListener('visibilitychange', show);
    for (const sign of SIGNS) addEventListener(sign, onSign, { passive: true });
    return () => {
      document.removeEventListener('visibilitychange', show);
      for (const sign of SIGNS) removeEventListener(sign, onSign);
    };
  }, [promptId]);
}
