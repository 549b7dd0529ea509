import { checkId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { promptsForRequest, promptView } from '../../economy/views/prompt-view.ts';
import {
  findRequest,
  openRequestsBefore,
  requestsBefore,
  requestView,
  type RequestView,
} from '../../economy/views/request-view.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export interface RequestQuery {
  readonly limit: number;
  /** The closed ones, too. */
  readonly all: boolean;
}

/** What the operator wished for, the newest last. Refuses as `checkLimit` does. */
export function requestList(economy: Economy, { limit, all }: RequestQuery): Result<readonly RequestView[]> {
  const wrong = checkLimit(limit);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const read = all ? requestsBefore : openRequestsBefore;
    const page = (before: number, count: number) => read(economy, before, count);
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id }).map((row) => requestView(economy, row)));
  });
}

export interface RequestPage {
  /** The newest first. */
  readonly requests: readonly RequestView[];
  /** The id under which the next page begins; null where this is the last one. */
  readonly before: string | null;
}

/** A page of them, open or not, with ids under `before`. Refuses as `checkLimit` does. */
export function requestPage(
  economy: Economy,
  { before = Number.MAX_SAFE_INTEGER, limit }: { readonly before?: number | undefined; readonly limit: number },
): Result<RequestPage> {
  const wrong = checkLimit(limit);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const requests = requestsBefore(economy, before, limit).map((row) => requestView(economy, row));
    return accept({ requests, before: requests.length === limit ? (requests.at(-1)?.id ?? null) : null });
  });
}

/** How many prompts are shown with it. */
const PROMPTS = 10;

/** A request with the last of the prompts for it, the newest last. */
export type WholeRequest = RequestView & { readonly last_prompts: readonly ReturnType<typeof promptView>[] };

/** One request, open or not. Refuses: `invalid_id`, `request_not_found`. */
export function wholeRequest(economy: Economy, requestId: number): Result<WholeRequest> {
  const wrong = checkId('request', requestId);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const request = findRequest(economy, requestId);
    if (!request)
      return refuse('request_not_found', `there is no request_${requestId}; bp-agents requests --all lists them`);
    const prompts = promptsForRequest(economy, requestId, Number.MAX_SAFE_INTEGER, PROMPTS);
    return accept({ ...requestView(economy, request), last_prompts: prompts.map(promptView).reverse() });
  });
}
