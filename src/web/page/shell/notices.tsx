import { said } from '../parts/said.tsx';
import { useLive } from './live.ts';

/** What the operator should know now, whatever the view. */
export function Notices() {
  const { economy, connection, detail } = useLive();
  if (connection === 'refused')
    return (
      <div class="notices">
        <div class="notice bad" role="alert">
          <h1>This browser isn’t let in</h1>
          <p>
            {detail ?? 'It has no session here.'} In a terminal, <code>bp-agents open</code> opens the page anew, and{' '}
            <code>bp-agents open --print</code> prints an address that works once.
          </p>
        </div>
      </div>
    );
  if (!economy) return <div class="notices" />;
  return (
    <div class="notices">
      {economy.human_away && (
        <p class="notice">You count as away, so no attention is sold. Any key or click brings you back.</p>
      )}
      {economy.notice !== null && <p class="notice bad">{said(economy.notice)}</p>}
    </div>
  );
}
