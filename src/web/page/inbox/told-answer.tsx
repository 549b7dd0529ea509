import { said } from '../parts/said.tsx';
import { credits } from '../shell/figures.ts';
import { href } from '../shell/router.ts';
import type { Told } from './answering.ts';

/** Stands above it already. */
const GAIN = /^\+[\d,.]+ /u;

/** What became of the last answer. */
export function ToldPanel({ told }: { readonly told: Told }) {
  const { promptId, kind } = told;
  return (
    <section class={kind === 'failed' ? 'notice bad' : 'done sheet'} aria-label={`What became of ${promptId}`}>
      {kind === 'done' && told.reward > 0 && <p class="gain">+{credits(told.reward)}</p>}
      <p>{said(kind === 'done' ? told.said.replace(GAIN, '') : told.said, 2000)}</p>
      {kind !== 'failed' && (
        <p class="small">
          <a href={href('inbox', promptId)}>{promptId}</a>
        </p>
      )}
    </section>
  );
}
