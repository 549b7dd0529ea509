import { useState } from 'preact/hooks';
import type { RequestPage, WholeRequest } from '../../../operator/views/request-list.ts';
import { get, post } from '../api.ts';
import { said, Said } from '../parts/said.tsx';
import { AskForm } from '../requests/ask-form.tsx';
import { TellForm } from '../requests/tell-form.tsx';
import { counted, moment } from '../shell/figures.ts';
import { useLive } from '../shell/live.ts';
import { href, type Place } from '../shell/router.ts';
import { useData } from '../shell/use-data.ts';

type Request = RequestPage['requests'][number];

/** What the operator wishes for, and says. */
export function RequestsView({ place }: { readonly place: Place }) {
  const [named] = place.rest;
  return named === undefined ? <AllRequests /> : <OneRequest id={named} />;
}

function AllRequests() {
  const { economy } = useLive();
  const [turn, setTurn] = useState(0);
  const [older, setOlder] = useState<RequestPage>();
  // Agents answer and time closes: both are seen at cycles.
  const { data, problem } = useData<RequestPage>('/api/requests', `${turn} ${economy?.cycle ?? 0}`);
  const rows = [...(data?.requests ?? []), ...(older?.requests ?? [])];
  const before = (older ?? data)?.before;
  const more = async (from: string) => {
    const page = await get<RequestPage>(`/api/requests?before=${encodeURIComponent(from)}`);
    setOlder((it) => ({ ...page, requests: [...(it?.requests ?? []), ...page.requests] }));
  };
  const refresh = () => setTurn((it) => it + 1);
  return (
    <div class="view">
      <h1 tabIndex={-1}>Requests</h1>
      <div class="halves">
        <AskForm onAsked={refresh} />
        <TellForm />
      </div>
      <section class="part" aria-labelledby="asked-title">
        <h2 id="asked-title">What you asked for</h2>
        {problem !== undefined && <p class="notice bad">{problem}</p>}
        {data && rows.length === 0 ? (
          <p class="muted">Nothing yet. Agents read what you ask for when they start next.</p>
        ) : (
          <div class="sheet">
            <table class="rows cards">
              <thead>
                <tr>
                  {['request', 'what', 'status', 'prompts', ''].map((title) => (
                    <th scope="col" key={title}>
                      {title || <span class="unseen">what to do</span>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((request) => (
                  <RequestRow key={request.id} {...{ request }} onClosed={refresh} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {before && (
          <div>
            <button type="button" onClick={() => void more(before).catch(() => undefined)}>
              Older ones
            </button>
          </div>
        )}
      </section>
    </div>
  );
}

function RequestRow({ request, onClosed }: { readonly request: Request; readonly onClosed: () => void }) {
  const { id, text, status, prompts } = request;
  return (
    <tr>
      <td data-title="request">
        <a href={href('requests', id)}>{id}</a>
      </td>
      <td data-title="what" class="words">
        {text === null ? '(purged)' : <Said text={text} charsMax={200} />}
      </td>
      <td data-title="status">
        {status}
        <Until request={request} />
      </td>
      <td data-title="prompts" class="number">
        {prompts}
      </td>
      <td>{status === 'open' && <CloseButton id={id} onClosed={onClosed} />}</td>
    </tr>
  );
}

function Until({ request: { status, until, closed_at: closed } }: { readonly request: Request }) {
  const at = status === 'open' ? until : closed;
  if (at === null) return null;
  return (
    <span class="small muted">
      {' '}
      {status === 'open' ? 'until' : 'since'} <time dateTime={at}>{moment(at)}</time>
    </span>
  );
}

function CloseButton({ id, onClosed }: { readonly id: string; readonly onClosed: () => void }) {
  const [problem, setProblem] = useState<string>();
  const close = () =>
    post(`/api/requests/${encodeURIComponent(id)}/close`, {}).then(onClosed, (error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    );
  return (
    <>
      <button type="button" onClick={() => void close()} aria-label={`Close ${id}`}>
        Close
      </button>
      {problem !== undefined && <p class="warn small">{problem}</p>}
    </>
  );
}

function OneRequest({ id }: { readonly id: string }) {
  const { economy } = useLive();
  const [turn, setTurn] = useState(0);
  const path = `/api/requests/${encodeURIComponent(id)}`;
  const { data: request, problem } = useData<WholeRequest>(path, `${turn} ${economy?.cycle ?? 0}`);
  return (
    <div class="view">
      <div class="view-head">
        <h1 tabIndex={-1}>{said(id, 60)}</h1>
        <a href={href('requests')}>all requests</a>
      </div>
      {problem !== undefined && <p class="notice bad">{problem}</p>}
      {request && (
        <>
          <p class="facts">
            <span>
              {request.status}
              <Until request={request} />
            </span>
            {request.published_at !== null && <span>asked {moment(request.published_at)}</span>}
            <span>{counted(request.prompts, 'prompt')} for it</span>
          </p>
          <p class="asked">{request.text === null ? '(purged)' : request.text.split('\n').map(lineOf)}</p>
          {request.files.length > 0 && (
            <ul class="files small">
              {request.files.map((path_) => (
                <li key={path_}>
                  <code>
                    <Said text={path_} />
                  </code>
                </li>
              ))}
            </ul>
          )}
          {request.status === 'open' && (
            <div>
              <CloseButton id={request.id} onClosed={() => setTurn((it) => it + 1)} />
            </div>
          )}
          <section class="part" aria-labelledby="answers-title">
            <h2 id="answers-title">Prompts for it</h2>
            {request.last_prompts.length === 0 && <p class="muted">None yet.</p>}
            <ul class="earlier">
              {request.last_prompts.toReversed().map(({ id: promptId, title, agent_id: agentId, scores, status }) => (
                <li key={promptId}>
                  <a href={href('inbox', promptId)}>{title === null ? promptId : <Said text={title} />}</a>{' '}
                  <span class="muted">{agentId}</span>{' '}
                  <span class="scores">{scores ? Object.values(scores).join(' · ') : status}</span>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}

function lineOf(line: string) {
  return `${said(line, 20_000)}\n`;
}
