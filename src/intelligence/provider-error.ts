import { listOf, recordOf } from './formats/format.ts';

/** What a provider says of an error beside its status. */
export interface ProviderError {
  readonly message: string;
  /** Google says so with the status of a wrong call. */
  readonly isKeyWrong: boolean;
  /** Where Google says when to come back: it sends no header. */
  readonly retryAfterMs: number | undefined;
}

/** Reads an error's body, which may be anything. */
export function readError(text: string): ProviderError {
  const error = errorIn(text);
  const { message = error, details: given } = recordOf(error);
  const details = listOf(given);
  return {
    message: typeof message === 'string' ? message : text,
    isKeyWrong: details.some(({ reason }) => reason === 'API_KEY_INVALID'),
    retryAfterMs: details.map(({ retryDelay }) => milliseconds(retryDelay)).find((delay) => delay !== undefined),
  };
}

/** Google sends a list of one where a stream is asked for. */
function errorIn(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return recordOf(Array.isArray(body) ? (body as unknown[])[0] : body)['error'];
  } catch {
    return undefined;
  }
}

/** A duration as protocol buffers write it: `37.8s`. */
function milliseconds(duration: unknown): number | undefined {
  const [, seconds] = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(typeof duration === 'string' ? duration : '') ?? [];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}
