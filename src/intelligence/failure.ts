import { refuse, type Refusal } from '../domain/refusal.ts';

/** Ends a call with what its agent is told; the operator finds `cause` in the log. */
export class CallFailure extends Error {
  readonly refusal: Refusal;
  /** Whether another attempt might go better. */
  readonly isRetryable: boolean;
  /** Whether it is the provider's fault, and counts against it. */
  readonly isProviders: boolean;
  /** Nobody will know what it has used, so it is billed as it was reserved. */
  readonly isBilled: boolean;
  /** How long the provider wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    refusal: Refusal,
    detail: {
      readonly cause?: unknown;
      readonly isRetryable?: boolean;
      readonly isProviders?: boolean;
      readonly isBilled?: boolean;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(refusal.message, { cause: detail.cause });
    this.refusal = refusal;
    this.isRetryable = detail.isRetryable ?? false;
    this.isProviders = detail.isProviders ?? true;
    this.isBilled = detail.isBilled ?? false;
    this.retryAfterMs = detail.retryAfterMs;
  }
}

/** The agent left, or its execution ended. */
export class HungUp extends Error {}

/** The execution ended: its calls end with it. */
export class ExecutionOver extends Error {}

const MESSAGE_CHARS_MAX = 500;

/** What a connection's error means. */
export function connectionFailure(provider: string, error: unknown): CallFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const timeout = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code);
  if (timeout)
    return new CallFailure(
      refuse('provider_timeout', `the provider ${provider} did not answer in time; nothing is billed`),
      {
        cause: error,
      },
    );
  const isReached = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
  return new CallFailure(
    isReached
      ? refuse('provider_failed', `the provider ${provider} broke off; nothing is billed`)
      : refuse('provider_unreachable', `the provider ${provider} can't be reached; nothing is billed`),
    { cause: error, isRetryable: true },
  );
}

/** What an answer that is not a success means. The provider's own words are passed on only where the call is to blame. */
export function statusFailure(
  provider: string,
  status: number,
  { message, retryAfterMs }: { readonly message: string; readonly retryAfterMs: number | undefined },
): CallFailure {
  const cause = new Error(`status ${status}: ${message.slice(0, MESSAGE_CHARS_MAX)}`);
  if (status === 400 || status === 413 || status === 422)
    return new CallFailure(
      refuse(
        'refused_by_provider',
        `the provider ${provider} refused the call: ${message.slice(0, MESSAGE_CHARS_MAX)}`,
      ),
      { cause, isProviders: false },
    );
  // One that counts its calls works: 429 says nothing of the next agent's.
  if (status === 429 || status === 503 || status === 529)
    return new CallFailure(
      refuse('provider_busy', `the provider ${provider} takes no more calls now; try again later`),
      { cause, isRetryable: true, isProviders: status !== 429, retryAfterMs },
    );
  if (status === 408 || status === 504)
    return new CallFailure(refuse('provider_timeout', `the provider ${provider} did not answer in time`), {
      ...{ cause, isRetryable: true, retryAfterMs },
    });
  // The provider's key or configuration is wrong, or it refuses this call. Trying again is no use, but another agent's
  // call, or one of another model, may go well.
  const isConfiguration = status < 500;
  return new CallFailure(
    refuse('provider_failed', `the provider ${provider} failed (status ${status}); nothing is billed`),
    { cause, isRetryable: !isConfiguration, isProviders: !isConfiguration, retryAfterMs },
  );
}

/** What a failure means that came with a status of success. */
export function reportedFailure(
  provider: string,
  { message, status }: { readonly message: string; readonly status: number | undefined },
): CallFailure {
  return status === undefined
    ? garbage(provider, `instead of an answer it says: ${message.slice(0, MESSAGE_CHARS_MAX)}`)
    : statusFailure(provider, status, { message, retryAfterMs: undefined });
}

export function garbage(provider: string, what: string): CallFailure {
  return new CallFailure(refuse('provider_failed', `the provider ${provider} failed: ${what}; nothing is billed`));
}

/** An agent can ask for more than is read, and its provider is not to blame. */
export function tooLarge(provider: string, bytesMax: number): CallFailure {
  const what = `the answer of the provider ${provider} has more than ${bytesMax} bytes, and is billed as it was reserved`;
  return new CallFailure(refuse('provider_failed', what), { isProviders: false, isBilled: true });
}
