import { useEffect, useRef } from 'preact/hooks';
import { VIEWS } from '../views.ts';

const INBOX = [
  ['0 … 9', 'give a mark, and go on to the next'],
  ['x', 'give a 10'],
  ['Backspace', 'take the last mark back'],
  ['↑ ↓', 'between the marks; ← → change one'],
  ['r', 'write a reason; Esc leaves it'],
  ['Enter', 'send the marks; once more: at once'],
  ['s', 'skip: no credits, no refund'],
  ['u', 'take it back, within five seconds'],
  ['j k', 'scroll the letter'],
] as const;

/** All keys. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="help" ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <div class="help-head">
        <h2 id="help-title">Keys</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <h3>Everywhere</h3>
      <Keys
        rows={[
          ...VIEWS.map(({ key, title }) => [`g ${key}`, title] as const),
          ['p', 'pauses the market, and lets it go on'],
          ['?', 'these keys'],
          ['Tab', 'the next part'],
        ]}
      />
      <h3>Inbox</h3>
      <Keys rows={INBOX} />
    </dialog>
  );
}

function Keys({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="keys">
      {rows.map(([key, meaning]) => (
        <>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </>
      ))}
    </dl>
  );
}
