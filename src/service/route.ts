import type { z } from 'zod';
import type { RefusalCode, Result } from '../domain/refusal.ts';
import type { Caller } from '../economy/executions/caller.ts';
import type { TriesBid } from './tried-bid.ts';

export type RouteGroup = 'economic' | 'market' | 'human' | 'social' | 'intelligence' | 'execution';

/** What a route is given: who calls, and what of the request its schemas have read. */
export interface Call<Body, Query, Params> {
  readonly caller: Caller;
  readonly body: Body;
  readonly query: Query;
  readonly params: Params;
}

/** A call whose answer may come in pieces. */
export interface RelayedCall<Body, Query, Params> extends Call<Body, Query, Params> {
  /** Aborted when the caller leaves before it has its answer. */
  readonly hungUp: AbortSignal;
}

/** Either JSON, or text as it comes. */
export interface RelayedAnswer {
  readonly json?: object;
  readonly events?: AsyncIterable<string>;
  /** What that text is; server-sent events where absent. */
  readonly mediaType?: string;
  /** Fields of the body that were taken out. */
  readonly removed: readonly string[];
  /** Budget tokens, at the time of asking. */
  readonly tokensLeft: () => number;
}

/** One route. The application, OpenAPI, the 405 answers and the test of `docs/api.md` are all made from these. */
export interface RouteSpec<Body = unknown, Query = unknown, Params = unknown, Gathered = unknown> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it: `/market/bid/{id}`. */
  readonly path: string;
  readonly group: RouteGroup;
  /** Its name in OpenAPI. */
  readonly operation: string;
  readonly summary: string;
  readonly body?: z.ZodType<Body>;
  /** Bytes; `service.body_bytes_max` where absent. */
  readonly bodyBytesMax?: number;
  readonly query?: z.ZodType<Query>;
  readonly params?: z.ZodType<Params>;
  /** When it succeeds. */
  readonly status: 200 | 201;
  readonly answer: z.ZodType;
  /** Beside those that any route may give: of the fields of its schemas and of what it does. */
  readonly refusals: readonly RefusalCode[];
  /** Whether such a body is to place a bid of the caller's own: what such a bid is refused for is kept. */
  readonly triesBid?: TriesBid;
  /** Passes the call on to somebody else; in place of `work`. */
  readonly relay?: (call: RelayedCall<Body, Query, Params>) => Promise<Result<RelayedAnswer>>;
  /**
   * Gets what the work needs and what takes waiting to get. Not called where a stored answer is repeated. What can be
   * refused by the database alone is better left to the work.
   */
  readonly gather?: (call: Call<Body, Query, Params>) => Promise<Result<Gathered>>;
  /** Gives the answer's body. A POST's work is synchronous and is done in one transaction with its idempotency key. */
  readonly work?: (
    call: Call<Body, Query, Params>,
    gathered: Gathered | undefined,
  ) => Result<unknown> | Promise<Result<unknown>>;
}

/**
 * Whether a repetition would change more. A call of a model counts as no change; it is billed each time that it is
 * made.
 */
export function hasEffect({ method, group }: Pick<RouteSpec, 'method' | 'group'>): boolean {
  return method !== 'GET' && group !== 'intelligence';
}

/** Whether it can be asked to be done only once. */
export function takesKey(spec: Pick<RouteSpec, 'method' | 'group'>): boolean {
  return hasEffect(spec) && spec.method === 'POST';
}

/** Names the key of such a route, whichever way it is called. */
export function keyScope({ method, path }: Pick<RouteSpec, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** Lets the schemas of a route type its work, then forgets them, so that all routes can stand in one list. */
export function route<Body, Query, Params, Gathered>(spec: RouteSpec<Body, Query, Params, Gathered>): RouteSpec {
  return spec as unknown as RouteSpec;
}
