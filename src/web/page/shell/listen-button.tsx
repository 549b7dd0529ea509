import { useState } from 'preact/hooks';
import { MINUTES_AT_ONCE } from '../../../domain/minutes-text.ts';
import { post } from '../api.ts';
import { announce } from './announcer.tsx';

/** Listens on, where the minutes that the human gives are spent. */
export function ListenButton() {
  const [isSending, setSending] = useState(false);
  const listen = async () => {
    setSending(true);
    try {
      await post('/api/listen', {});
      announce(`You listen for ${MINUTES_AT_ONCE} minutes more.`);
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <p>
      <button type="button" disabled={isSending} onClick={() => void listen()}>
        Listen {MINUTES_AT_ONCE} minutes more
      </button>
    </p>
  );
}
