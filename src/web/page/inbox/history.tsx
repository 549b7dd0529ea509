import { useEffect, useState } from 'preact/hooks';
import type { PromptPage, PromptRow } from '../../../operator/views/prompt-page.ts';
import { get } from '../api.ts';
import { Said } from '../parts/said.tsx';
import { credits, moment, span } from '../shell/figures.ts';
import { href } from '../shell/router.ts';
import { useLive } from '../shell/live.ts';
import { useData } from '../shell/use-data.ts';

/** Prompts that are over, with their marks. */
export function History() {
  const { economy } = useLive();
  // What is over changes only where what waits does.
  const key = economy ? `${economy.open_prompt?.id ?? ''} ${economy.prompts.queued} ${economy.credits.issued}` : '';
  const first = useData<PromptPage>('/api/prompts?state=ended', key).data;
  const [older, setOlder] = useState<readonly PromptRow[]>([]);
  const [before, setBefore] = useState<string | null>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => setOlder([]), [key]);
  useEffect(() => setBefore(first?.before), [first]);
  const more = async (from: string) => {
    try {
      const page = await get<PromptPage>(`/api/prompts?state=ended&before=${encodeURIComponent(from)}`);
      setOlder((rows) => [...rows, ...page.prompts]);
      setBefore(page.before);
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const rows = [...(first?.prompts ?? []), ...older];
  if (rows.length === 0) return null;
  return (
    <section class="part" aria-labelledby="history-title">
      <h2 id="history-title">Marked before</h2>
      <div class="sheet">
        <table class="rows cards">
          <thead>
            <tr>
              {['prompt', 'agent', 'marks', 'credits', 'took', 'reason', 'when'].map((title) => (
                <th scope="col" key={title} class={title === 'credits' || title === 'took' ? 'right' : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows.map((row) => HistoryRow(row))}</tbody>
        </table>
      </div>
      {before && (
        <div>
          <button type="button" onClick={() => void more(before)}>
            Older ones
          </button>
        </div>
      )}
      {problem !== undefined && <p class="warn">{problem}</p>}
    </section>
  );
}

function HistoryRow(row: PromptRow) {
  const { id, agent_id: agentId, title, scores, status, reward, reason, answered_at: at } = row;
  const { attention_seconds: seconds } = row;
  return (
    <tr key={id}>
      <td data-title="prompt" class="words">
        <a href={href('inbox', id)}>{title === null ? id : <Said text={title} charsMax={100} />}</a>
      </td>
      <td data-title="agent">
        <a href={href('agents', agentId)}>{agentId}</a>
      </td>
      <td data-title="marks" class="scores">
        {scores ? Object.values(scores).join(' · ') : status}
      </td>
      <td data-title="credits" class="right">
        {reward > 0 ? credits(reward) : ''}
      </td>
      <td data-title="took" class="right muted">
        {seconds !== null && span(seconds * 1000)}
      </td>
      <td data-title="reason" class="words">
        {reason !== null && <Said text={reason} charsMax={160} />}
      </td>
      <td data-title="when" class="muted">
        {at !== null && <time dateTime={at}>{moment(at)}</time>}
      </td>
    </tr>
  );
}
