import { parseId } from '../../domain/ids.ts';
import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { ask, closeAsked, type HandledRequest } from '../../operator/ask.ts';
import type { SentFile } from '../../operator/taken-files.ts';
import { tell } from '../../operator/tell.ts';
import { parseUntil } from '../../operator/until.ts';
import { requestPage, wholeRequest } from '../../operator/views/request-list.ts';
import { toldView } from '../../operator/views/told-agents.ts';
import type { WebRoute } from '../route.ts';
import type { WebDeps } from '../web-deps.ts';
import { numberBefore } from './paging.ts';

const ROWS = 50;
/** With its files, which are a third longer in base64. `ask` at a terminal takes larger ones. */
const ASKING_BYTES_MAX = 50_331_648;

/** The operator's wishes, and what the operator tells agents. */
export const REQUEST_ROUTES: readonly WebRoute[] = [
  {
    method: 'GET',
    path: '/api/requests',
    handle: ({ query }, { home: { economy } }) => {
      const before = numberBefore('request', query);
      return before.ok ? requestPage(economy, { before: before.value, limit: ROWS }) : before;
    },
  },
  {
    method: 'GET',
    path: '/api/requests/:id',
    handle: ({ params }, { home: { economy } }) => {
      const id = parseId('request', params['id'] ?? '');
      return id.ok ? wholeRequest(economy, id.value) : id;
    },
  },
  {
    method: 'POST',
    path: '/api/requests',
    bodyBytesMax: ASKING_BYTES_MAX,
    handle: ({ body }, deps) => {
      const at = untilOf(body['until'], deps);
      if (!at.ok) return at;
      const files = sentFiles(body['files']);
      if (!files.ok) return files;
      // What the text may be is looked at where requests are published.
      const order = { text: body['text'] as string, files: files.value, until: at.value };
      return handled(deps, ask({ directory: deps.home.directory }, deps.home, order));
    },
  },
  {
    method: 'POST',
    path: '/api/requests/:id/close',
    handle: ({ params }, deps) => {
      const id = parseId('request', params['id'] ?? '');
      return id.ok ? handled(deps, closeAsked(deps.home, id.value, null)) : id;
    },
  },
  {
    method: 'POST',
    path: '/api/tell',
    handle: ({ body }, { home: { economy } }) => {
      const { agent, text } = body;
      if (agent !== null && typeof agent !== 'string')
        return refuse('wrong_type', 'agent must be the id of an agent, or null for all', { field: 'agent' });
      const told = tell(economy, agent, text as string);
      return told.ok ? accept(toldView(told.value)) : told;
    },
  },
];

function untilOf(until: unknown, { home }: WebDeps): Result<number | null> {
  if (until === undefined || until === null || until === '') return accept(null);
  if (typeof until !== 'string') return refuse('wrong_type', 'until must be a text', { field: 'until' });
  return parseUntil(until, home.economy.clock.now());
}

/** Files as `[{name, base64}]`. */
function sentFiles(files: unknown): Result<readonly SentFile[]> {
  if (files === undefined) return accept([]);
  const wrong = () =>
    refuse('wrong_type', 'files must be a list of objects with name and base64, both texts', { field: 'files' });
  if (!Array.isArray(files)) return wrong();
  const sent: SentFile[] = [];
  for (const file of files as readonly unknown[]) {
    const { name, base64 } = isRecord(file) ? file : {};
    if (typeof name !== 'string' || typeof base64 !== 'string') return wrong();
    sent.push({ name, content: Buffer.from(base64, 'base64') });
  }
  return accept(sent);
}

function handled({ home: { economy }, logger }: WebDeps, result: Result<HandledRequest>): Result<unknown> {
  if (!result.ok) return result;
  const { request, leftOver } = result.value;
  if (leftOver !== undefined) logger.warn({ reason: leftOver }, 'files of closed requests are there still');
  return wholeRequest(economy, request.id);
}
