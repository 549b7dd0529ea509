/** Whose error objects a caller understands: those of its SDK on the routes that SDKs use, RFC 9457 elsewhere. */
export type ErrorForm = 'problem' | 'openai' | 'anthropic';

/** By the route, also where there is none; and by the header that only one of the SDKs sends. */
export function errorFormOf(url: string, headers: Readonly<Record<string, unknown>>): ErrorForm {
  if (!url.startsWith('/v1/')) return 'problem';
  return url.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined ? 'anthropic' : 'openai';
}

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** The parts of a problem that SDKs have a place for. */
interface Told {
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly field?: string;
  readonly limit?: number | string;
}

/** A problem as the error object of an SDK. `code` and `limit` are as in a problem. */
export function sdkError({ status, detail, code, field, limit }: Told, form: 'openai' | 'anthropic'): object {
  const [types, client, server] =
    form === 'openai'
      ? ([OPENAI_TYPES, 'invalid_request_error', 'server_error'] as const)
      : ([ANTHROPIC_TYPES, 'invalid_request_error', 'api_error'] as const);
  const type = types[status] ?? (status < 500 ? client : server);
  const error = { message: detail, type, param: field ?? null, code, ...(limit !== undefined && { limit }) };
  return form === 'openai' ? { error } : { type: 'error', error };
}
