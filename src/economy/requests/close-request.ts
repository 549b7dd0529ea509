import { checkId, formatId } from '../../domain/ids.ts';
import { isOpen, type OperatorRequest } from '../../domain/operator-request.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Closes a request, and notes which prompt answered it; that may be one that named another request or none, since one
 * letter can answer two wishes. An answer can still be noted once where the request was closed without one.
 * Refuses: `invalid_id`, `request_not_found`, `prompt_not_found`, `request_closed`.
 */
export function closeRequest(
  deps: Economy,
  requestId: number,
  { answeredBy = null }: { readonly answeredBy?: number | null } = {},
): Result<OperatorRequest> {
  const { [STORE]: store, clock } = deps;
  const wrong = checkId('request', requestId) ?? (answeredBy === null ? undefined : checkId('prompt', answeredBy));
  if (wrong) return wrong;
  return store.transaction(() => {
    const now = clock.now();
    store.requests.closeLapsed(now);
    const request = store.requests.find(requestId);
    if (!request) return notFound(requestId);
    if (answeredBy !== null && !store.prompts.find(answeredBy))
      return refuse('prompt_not_found', `there is no ${formatId('prompt', answeredBy)}; bp-agents prompts lists them`, {
        field: 'answered_by',
      });
    const isNews = answeredBy !== null && request.answeredBy === null;
    if (request.closedAt !== null && !isNews) return closed(request);
    if (request.closedAt === null) store.requests.close(requestId, now);
    if (answeredBy !== null) store.requests.setAnswer(requestId, answeredBy);
    return accept({ ...request, closedAt: request.closedAt ?? now, answeredBy: answeredBy ?? request.answeredBy });
  });
}

/**
 * Notes which requests time has closed, and has files of closed requests put away. `keep` gets those that are open; no
 * other process changes them meanwhile.
 */
export function tidyRequests({ [STORE]: store, clock, config }: Economy, putAway: (keep: ReadonlySet<number>) => void) {
  store.transaction(() => {
    const now = clock.now();
    store.requests.closeLapsed(now);
    const open = store.requests.openPage(
      Number.MAX_SAFE_INTEGER,
      Math.max(config.requests.open_max, store.requests.countOpen(now)),
      now,
    );
    putAway(new Set(open.map(({ id }) => id)));
  });
}

/** Whether time has closed a request and nobody has noted it. Cheap. */
export function hasLapsedRequests({ [STORE]: store, clock }: Economy): boolean {
  return store.requests.countLapsed(clock.now()) > 0;
}

/** Whether a prompt may answer this one. Refuses: `request_not_found`, `request_closed`. */
export function checkAnswerable({ [STORE]: store, clock }: Economy, requestId: number): Refusal | undefined {
  const request = store.requests.find(requestId);
  if (!request) return notFound(requestId);
  return isOpen(request, clock.now()) ? undefined : closed(request);
}

function notFound(requestId: number): Refusal {
  return refuse('request_not_found', `there is no ${formatId('request', requestId)}`, { field: 'request_id' });
}

function closed({ id, closedAt, until }: OperatorRequest): Refusal {
  const at = closedAt ?? until;
  const since = at === null ? '' : ` since ${new Date(at).toISOString()}`;
  return refuse('request_closed', `${formatId('request', id)} is closed${since}`, { field: 'request_id' });
}
