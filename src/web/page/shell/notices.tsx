import type { ComponentChildren } from 'preact';
import { said } from '../parts/said.tsx';
import { ListenButton } from './listen-button.tsx';
import { useLive } from './live.ts';

/** What the operator should know now, whatever the view. */
export function Notices() {
  const { economy, connection, detail } = useLive();
  if (connection === 'refused')
    return (
      <Place>
        <div class="notice bad" role="alert">
          <h1>This browser isn’t let in</h1>
          <p>
            {detail ?? 'It has no session here.'} In a terminal, <code>bp-agents open</code> opens the page anew, and{' '}
            <code>bp-agents open --print</code> prints an address that works once.
          </p>
        </div>
      </Place>
    );
  if (!economy) return <Place />;
  return (
    <Place>
      {economy.human_away && (
        <p class="notice">You count as away, so no attention is sold. Any key or click brings you back.</p>
      )}
      {economy.notice !== null && <p class="notice bad">{said(economy.notice)}</p>}
      {economy.human_time.spent !== null && <ListenButton />}
    </Place>
  );
}

/** There also while it is empty, so that a screen reader hears what comes. */
function Place({ children }: { readonly children?: ComponentChildren }) {
  return (
    <section class="notices" aria-label="Notices">
      {children}
    </section>
  );
}
