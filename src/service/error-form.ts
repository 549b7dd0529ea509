/** Whose error objects a caller understands: those of its SDK on the routes that SDKs use, RFC 9457 elsewhere. */
export type ErrorForm = 'problem' | 'openai' | 'anthropic' | 'google';

const OF_GOOGLE = /^\/v1beta\/|^\/v1\/models\/[^?]+:(generateContent|streamGenerateContent|countTokens)(\?|$)/;

/** By the route, also where there is none; and by the header that only one of the SDKs sends. */
export function errorFormOf(url: string, headers: Readonly<Record<string, unknown>>): ErrorForm {
  if (OF_GOOGLE.test(url)) return 'google';
  if (!url.startsWith('/v1/')) return 'problem';
  if (url.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined) return 'anthropic';
  return headers['x-goog-api-key'] === undefined ? 'openai' : 'google';
}

type Names = Readonly<Record<number, string>>;

const OPENAI_TYPES: Names = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

const ANTHROPIC_TYPES: Names = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** The names of gRPC. Google has none for 402. */
const GOOGLE_STATUSES: Names = {
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** The parts of a problem that SDKs have a place for. */
interface Told {
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly field?: string;
  readonly limit?: number | string;
}

/** A problem as the error object of an SDK. `code` and `limit` are as in a problem; Google's keeps them in `details`. */
export function sdkError(told: Told, form: Exclude<ErrorForm, 'problem'>): object {
  if (form === 'google') return googleError(told);
  const { status, detail, code, field, limit } = told;
  const [types, client, server] =
    form === 'openai'
      ? ([OPENAI_TYPES, 'invalid_request_error', 'server_error'] as const)
      : ([ANTHROPIC_TYPES, 'invalid_request_error', 'api_error'] as const);
  const type = types[status] ?? (status < 500 ? client : server);
  const error = { message: detail, type, param: field ?? null, code, ...(limit !== undefined && { limit }) };
  return form === 'openai' ? { error } : { type: 'error', error };
}

function googleError({ status, detail, code, field, limit }: Told): object {
  const metadata = { ...(field !== undefined && { field }), ...(limit !== undefined && { limit: String(limit) }) };
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'bp-agents', metadata },
  ];
  const name = GOOGLE_STATUSES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  return { error: { code: status, message: detail, status: name, details } };
}
