import { formatId } from '../../domain/ids.ts';
import { isOpen, materialPath, type OperatorRequest } from '../../domain/operator-request.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { isoOrNull } from './execution-view.ts';

/** An open request as agents read it. */
export function openRequestView({ id, text, files, until }: OperatorRequest) {
  return {
    id: formatId('request', id),
    text,
    files: files.map((name) => materialPath(id, name)),
    until: isoOrNull(until),
  };
}

/** Any request as the operator sees it. */
export function requestView({ [STORE]: store, clock }: Economy, request: OperatorRequest) {
  const { id, until, closedAt, answeredBy, publishedAt, purgedAt } = request;
  const isStillOpen = isOpen(request, clock.now());
  return {
    ...openRequestView(request),
    /** Null where it was purged. */
    text: purgedAt === null ? request.text : null,
    status: isStillOpen ? 'open' : 'closed',
    published_at: isoOrNull(publishedAt),
    closed_at: isStillOpen ? null : isoOrNull(closedAt ?? until),
    answered_by: answeredBy === null ? null : formatId('prompt', answeredBy),
    /** How many were submitted for it. */
    prompts: store.prompts.answering(id),
    purged_at: isoOrNull(purgedAt),
  };
}

export type RequestView = ReturnType<typeof requestView>;

export function findRequest(economy: Economy, requestId: number): OperatorRequest | undefined {
  return economy[STORE].requests.find(requestId);
}

/** Open or not, with ids under `before`, the newest first. */
export function requestsBefore(economy: Economy, before: number, limit: number): readonly OperatorRequest[] {
  return economy[STORE].requests.page(before, limit);
}

/** The id of the last one that was published; 0 where none was. */
export function newestRequest(economy: Economy): number {
  return requestsBefore(economy, Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0;
}

/** Those that are open, likewise. */
export function openRequestsBefore(economy: Economy, before: number, limit: number): readonly OperatorRequest[] {
  return economy[STORE].requests.openPage(before, limit, economy.clock.now());
}
