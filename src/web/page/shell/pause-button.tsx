import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { announce } from './announcer.tsx';
import { isTyping, useKeys } from './keys.ts';
import { useLive } from './live.ts';

/** Pauses the market and lets it go on, by a click or `p`. Not there where nothing runs. */
export function PauseButton() {
  const { economy, connection } = useLive();
  const [isSending, setSending] = useState(false);
  const isPaused = economy?.paused_by_operator ?? null;
  const canToggle = isPaused !== null && connection === 'open' && !isSending;
  const toggle = async () => {
    setSending(true);
    try {
      await post(isPaused === true ? '/api/resume' : '/api/pause', {});
      announce(isPaused === true ? 'The market goes on with its next cycle.' : 'The market is paused.');
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };
  useKeys((event) => {
    // A key that is held down is one wish.
    if (event.key !== 'p' || event.repeat || isTyping(event) || !canToggle) return false;
    void toggle();
    return true;
  });
  if (isPaused === null) return null;
  return (
    <button type="button" class="plain" disabled={!canToggle} onClick={() => void toggle()} aria-keyshortcuts="p">
      <kbd>p</kbd> {isPaused ? 'Resume' : 'Pause'}
    </button>
  );
}
