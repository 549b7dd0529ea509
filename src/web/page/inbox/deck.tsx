import type { PromptPage } from '../../../operator/views/prompt-page.ts';
import { Said } from '../parts/said.tsx';
import { href } from '../shell/router.ts';
import { useLive } from '../shell/live.ts';
import { useData } from '../shell/use-data.ts';

/** Finished prompts that wait for the slot. They can be read ahead. */
export function Deck() {
  const { economy } = useLive();
  const queued = economy?.prompts.queued ?? 0;
  const key = `${queued} ${economy?.open_prompt?.id ?? ''}`;
  const { data } = useData<PromptPage>(queued > 0 ? '/api/prompts?state=waiting' : null, key);
  const waiting = data?.prompts.filter(({ status }) => status === 'queued') ?? [];
  if (waiting.length === 0) return null;
  return (
    <section class="record" aria-labelledby="deck-title">
      <h3 id="deck-title">On deck</h3>
      <ul class="earlier small">
        {waiting.map(({ id, agent_id: agentId, title }) => (
          <li key={id}>
            <a href={href('inbox', id)}>{title === null ? id : <Said text={title} charsMax={80} />}</a>{' '}
            <span class="muted">{agentId}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
