import { checkId, formatId } from '../../domain/ids.ts';
import { isOpen, type OperatorRequest } from '../../domain/operator-request.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Takes away what a closed request asked for and the names of its files. Idempotent; `hadText` is false where it had
 * none left. Refuses as `closedRequest` does.
 */
export function purgeRequest(deps: Economy, requestId: number): Result<{ readonly hadText: boolean }> {
  const { [STORE]: store, clock } = deps;
  return store.transaction(() => {
    const request = closedRequest(deps, requestId);
    if (!request.ok) return request;
    store.requests.closeLapsed(clock.now());
    return accept({ hadText: store.texts.purgeRequest(requestId, clock.now()) });
  });
}

/** The request, where its text may go. Refuses: `invalid_id`, `request_not_found`, `request_not_closed`. */
export function closedRequest({ [STORE]: store, clock }: Economy, requestId: number): Result<OperatorRequest> {
  const wrong = checkId('request', requestId);
  if (wrong) return wrong;
  const request = store.requests.find(requestId);
  if (!request) return refuse('request_not_found', 'the id must be that of a request; bp-agents requests lists them');
  if (!isOpen(request, clock.now())) return accept(request);
  return refuse('request_not_closed', `${formatId('request', requestId)} is open; close it before it is purged`, {
    field: 'request',
  });
}
