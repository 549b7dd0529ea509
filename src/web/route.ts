import type { Result } from '../domain/refusal.ts';
import type { WebDeps } from './web-deps.ts';

/** What a tab asks. All of it comes from outside. */
export interface WebCall {
  readonly params: Readonly<Record<string, string>>;
  /** Of a name that stands there twice, the last value. */
  readonly query: Readonly<Record<string, string>>;
  /** Of a POST: a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * One route of the page under `/api`. Who may call it is looked at before. Its value is sent as JSON, a `Content` as it
 * is. What it refuses is told as a problem.
 */
export interface WebRoute {
  readonly method: 'GET' | 'POST';
  /** Such as `/api/prompts/:id`. */
  readonly path: string;
  /** Where its body may be larger than those of others. */
  readonly bodyBytesMax?: number;
  /** Whether a POST is also for a home in which nothing runs: marks are. */
  readonly isAlsoAtRest?: boolean;
  readonly handle: (call: WebCall, deps: WebDeps) => Result<unknown> | Promise<Result<unknown>>;
}

/** An answer that is not JSON. A browser never takes it for a document of its own. */
export class Content {
  readonly bytes: Buffer | string;
  /** Under which it is to be kept; without one it is shown as plain text by whoever asked. */
  readonly fileName: string | undefined;

  constructor(bytes: Buffer | string, { fileName }: { readonly fileName?: string } = {}) {
    this.bytes = bytes;
    this.fileName = fileName;
  }
}
