import { Said } from '../parts/said.tsx';
import { count, credits } from '../shell/figures.ts';
import { href } from '../shell/router.ts';
import type { ShownPrompt } from './shown-prompt.ts';

/** Who wrote it, and how its last ones were marked. */
export function AuthorRecord({ prompt: { author, earlier } }: { readonly prompt: ShownPrompt }) {
  const { id, status, parent, template, children, earned, balance, prompts_left: left } = author;
  return (
    <section class="record" aria-labelledby="author-title">
      <h3 id="author-title">
        <a href={href('agents', id)}>{id}</a>
        {status !== null && status !== 'alive' && <span class="muted"> is {status}</span>}
      </h3>
      <dl class="small">
        <dt>earned</dt>
        <dd class="number">{credits(earned)} credits so far</dd>
        {balance !== null && (
          <>
            <dt>owns</dt>
            <dd class="number">
              {credits(balance)}: {count(left ?? 0)} such prompts
            </dd>
          </>
        )}
        <dt>parent</dt>
        <dd>{parent === null ? 'you' : <a href={href('agents', parent)}>{parent}</a>}</dd>
        {template !== null && (
          <>
            <dt>made of</dt>
            <dd>
              <Said text={template} />
            </dd>
          </>
        )}
        {children > 0 && (
          <>
            <dt>children</dt>
            <dd class="number">{count(children)}</dd>
          </>
        )}
      </dl>
      {earlier.length === 0 ? (
        <p class="small muted">Its first prompt.</p>
      ) : (
        <>
          <h4 class="small muted">Before</h4>
          <ol class="earlier small" reversed>
            {earlier.map(({ id: promptId, title, status: ended, scores, reason, reward }) => (
              <li key={promptId}>
                <a href={href('inbox', promptId)}>{title === null ? promptId : <Said text={title} charsMax={80} />}</a>{' '}
                <span class="scores">{scores ? Object.values(scores).join(' · ') : ended}</span>
                {reward > 0 && <span class="muted number"> +{credits(reward)}</span>}
                {reason !== null && (
                  <p class="muted">
                    “<Said text={reason} charsMax={200} />”
                  </p>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
