import { credits } from '../shell/figures.ts';
import { useKeys } from '../shell/keys.ts';
import { useSeconds } from '../shell/use-seconds.ts';
import { HOLD_MS, type HeldAnswer } from './answering.ts';
import { useAnswering } from './use-answering.ts';

/** Two presses of Enter in one go are one. */
const DEAF_MS = 400;

/** The seconds in which an answer can be taken back. */
export function HeldPanel({ held }: { readonly held: HeldAnswer }) {
  const answering = useAnswering();
  const sinceMs = useSeconds(held.at, 250);
  const { promptId, scores, worth } = held;
  useKeys((event) => {
    if (event.key === 'u') return answering.takeBack();
    if (event.key !== 'Enter' || event.repeat || performance.now() - held.at < DEAF_MS) return false;
    if (event.target instanceof HTMLButtonElement) return false;
    void answering.sendNow();
    return true;
  });
  const seconds = Math.ceil(Math.max(0, HOLD_MS - sinceMs) / 1000);
  return (
    <section class="answer held sheet" aria-label={`Your answer to ${promptId}`}>
      <p>
        {scores ? (
          <>
            <strong class="number">{Object.values(scores).join(' · ')}</strong>, which gives{' '}
            <strong class="number">{credits(worth)}</strong> credits
          </>
        ) : (
          <strong>Skipped, which gives nothing</strong>
        )}
      </p>
      <div class="countdown" aria-hidden="true">
        <div style={{ transform: `scaleX(${Math.max(0, 1 - sinceMs / HOLD_MS)})` }} />
      </div>
      <div class="answer-row">
        <span class="worth muted number">
          {answering.isSending ? 'sending' : `sent in ${seconds} s; a closed tab sends nothing`}
        </span>
        <button type="button" onClick={() => void answering.sendNow()} disabled={answering.isSending}>
          Now
        </button>
        <button
          type="button"
          class="main"
          onClick={() => answering.takeBack()}
          disabled={answering.isSending}
          aria-keyshortcuts="u"
        >
          Take it back
        </button>
      </div>
      <p class="by-keys small muted">
        <kbd>u</kbd> takes it back, <kbd>Enter</kbd> sends at once
      </p>
    </section>
  );
}
