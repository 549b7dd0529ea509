import { REFUSALS, type Refusal, type RefusalCode } from '../domain/refusal.ts';

/** The one place that maps refusals to HTTP. `docs/errors.md` lists the same; a test keeps the two equal. */
export const HTTP_STATUS: Readonly<Record<RefusalCode, number>> = {
  malformed_request: 400,
  invalid_json: 400,
  too_deep: 400,
  body_too_large: 413,
  headers_too_large: 431,
  unsupported_media_type: 415,
  route_not_found: 404,
  method_not_allowed: 405,
  missing_field: 400,
  unknown_field: 400,
  wrong_type: 400,
  negative: 400,
  not_positive: 400,
  not_finite: 400,
  not_integer: 400,
  too_large: 400,
  too_small: 400,
  empty: 400,
  too_many_decimals: 400,
  invalid_id: 400,
  invalid_value: 400,
  missing_token: 401,
  invalid_token: 401,
  execution_ended: 401,
  wrong_connection: 403,
  wrong_execution: 403,
  invalid_idempotency_key: 400,
  idempotency_key_reused: 422,
  foreign_host: 403,
  foreign_origin: 403,
  entry_refused: 403,
  no_session: 401,
  no_metrics_token: 401,
  no_tab: 403,
  no_run: 409,
  insufficient_credits: 402,
  accounts_must_be_different: 422,
  already_transferred: 409,
  balance_too_large: 422,
  missing_resource: 400,
  unknown_resource: 400,
  no_supply: 422,
  bundle_exceeds_supply: 422,
  below_reserve: 422,
  too_many_bids: 409,
  earliest_cycle_too_far: 422,
  payload_too_large: 422,
  bid_not_found: 404,
  bid_not_pending: 409,
  agent_not_found: 404,
  agent_dead: 409,
  agent_stopped: 409,
  agent_exists: 409,
  agent_alive: 409,
  endowment_too_small: 422,
  invalid_path: 422,
  too_many_files: 422,
  files_too_large: 422,
  entry_point_missing: 422,
  template_not_found: 404,
  template_not_ready: 409,
  agents_must_be_different: 422,
  inbox_full: 409,
  no_attention: 403,
  prompt_already_submitted: 403,
  file_not_found: 404,
  file_refused: 422,
  files_unavailable: 503,
  prompt_not_found: 404,
  prompt_not_open: 409,
  prompt_not_ended: 409,
  prompt_already_ended: 409,
  request_not_found: 404,
  request_closed: 409,
  request_not_closed: 409,
  too_many_requests_open: 409,
  execution_not_found: 404,
  execution_already_ended: 409,
  no_llm_provider: 503,
  unknown_model: 404,
  wrong_format: 400,
  not_allowed: 400,
  too_many_images: 400,
  insufficient_tokens: 402,
  model_unpriced: 403,
  llm_budget_exhausted: 402,
  refused_by_provider: 400,
  provider_failed: 502,
  provider_unreachable: 502,
  provider_busy: 503,
  not_recorded: 404,
  provider_timeout: 504,
  too_many_requests: 429,
  request_timeout: 408,
  database_locked: 503,
  internal_error: 500,
};

export const PROBLEM_JSON = 'application/problem+json';

/** RFC 9457. `code` is stable; `detail` names the value that would have been right, `limit` is that value. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: RefusalCode;
  readonly field?: string;
  readonly limit?: number | string;
  /** Which request it was, where the operator can find it in the log. */
  readonly instance?: string;
}

/** Names and sentences may repeat what the caller wrote, which can be a whole body long. */
const FIELD_CHARS_MAX = 200;
const DETAIL_CHARS_MAX = 1000;

/** The URI that names a kind of problem. */
export function problemType(code: string): string {
  return `urn:bp-agents:problem:${code}`;
}

export function problemOf({ code, message, field, limit }: Omit<Refusal, 'ok'>, instance?: string): Problem {
  return {
    type: problemType(code),
    title: REFUSALS[code],
    status: HTTP_STATUS[code],
    detail: cut(message, DETAIL_CHARS_MAX),
    code,
    ...(field !== undefined && field !== '' && { field: cut(field, FIELD_CHARS_MAX) }),
    ...(limit !== undefined && { limit }),
    ...(instance !== undefined && { instance }),
  };
}

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}
