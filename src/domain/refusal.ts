/** Everything a caller can expect to be refused for. `docs/errors.md` lists each code; a test keeps the two equal. */
export const REFUSALS = {
  // The request itself.
  malformed_request: 'The request is not valid HTTP.',
  invalid_json: 'The body is not valid JSON.',
  too_deep: 'The JSON of the body is nested deeper than the limit.',
  body_too_large: 'The body is larger than the limit.',
  headers_too_large: 'The request headers are larger than the limit.',
  unsupported_media_type: 'The body must be application/json.',
  route_not_found: 'There is no such route.',
  method_not_allowed: 'The route does not take this method.',
  missing_field: 'A required field is absent.',
  unknown_field: 'A field that the schema does not know.',
  wrong_type: 'A field has the wrong type.',
  negative: 'A number is negative.',
  not_positive: 'A number must be greater than zero.',
  not_finite: 'A number is NaN or infinite.',
  not_integer: 'A number must be whole.',
  too_large: 'A number or text is over its limit.',
  too_small: 'A number is under its limit.',
  empty: 'A text or list must not be empty.',
  too_many_decimals: 'A number has more decimals than the unit allows.',
  invalid_id: 'An id is not of the required form.',
  invalid_value: 'A field has a value that is not allowed.',
  // Identity.
  missing_token: 'The Authorization header with the execution token is absent.',
  invalid_token: 'The execution token is not known.',
  execution_ended: 'The execution of this token has ended; the token is dead.',
  wrong_connection: 'The token belongs to another execution than this connection.',
  wrong_execution: 'The execution_id in the body is not that of the caller.',
  invalid_idempotency_key: 'The Idempotency-Key is not of the required form.',
  idempotency_key_reused: 'The Idempotency-Key was used with another body.',
  // The operator's page.
  foreign_host: 'The request names another host than the page.',
  foreign_origin: 'The request comes from another page.',
  entry_refused: 'The address was used already, is too old or is not of this home.',
  no_session: 'The browser has no session here.',
  no_metrics_token: 'The metrics are shown to who has their token.',
  no_tab: 'The tab has not shown that it is the browser of its session.',
  no_run: 'Nothing runs in this home now.',
  // Money.
  insufficient_credits: 'The amount is over the available balance.',
  accounts_must_be_different: 'A transfer needs two different accounts.',
  already_transferred: 'A transfer of this kind and reference exists already.',
  balance_too_large: 'The receiving account would exceed the largest balance.',
  // Market.
  missing_resource: 'A bundle names all four resources.',
  unknown_resource: 'The bundle names a resource that does not exist.',
  no_supply: 'The resource has no supply here.',
  bundle_exceeds_supply: 'The bundle is larger than the whole supply.',
  below_reserve: 'The amount is under the reserve cost of the bundle.',
  too_many_bids: 'The payer has the most pending bids it may have.',
  earliest_cycle_too_far: 'earliest_cycle is further ahead than bid_horizon_cycles.',
  payload_too_large: 'The payload is over its limit.',
  bid_not_found: 'The caller has no such bid.',
  bid_not_pending: 'The bid is no longer pending.',
  // Agents.
  agent_not_found: 'There is no such agent.',
  agent_dead: 'The agent is dead.',
  agent_stopped: 'The agent was stopped by the operator.',
  agent_exists: 'An agent with this id exists or existed; ids are never reused.',
  agent_alive: 'The agent is alive.',
  endowment_too_small: 'initial_credits is under the least endowment.',
  invalid_path: 'A file name is not a path inside the workspace.',
  too_many_files: 'There are more files than the limit.',
  files_too_large: 'The files are larger than the limit.',
  entry_point_missing: 'No main.py, main.js, main.mjs or executable main.',
  template_not_found: 'There is no such template.',
  template_not_ready: 'The program of the template is not in this home: its operator has made no agent of it.',
  agents_must_be_different: 'A message needs two different agents.',
  inbox_full: 'The inbox of the receiver is full.',
  // Attention.
  no_attention: 'The execution holds no attention.',
  prompt_already_submitted: 'The execution has already submitted its prompt.',
  file_not_found: 'The file is not there.',
  file_refused: 'What stands there can not be handed over as a file.',
  files_unavailable: 'The files of the execution can not be read now.',
  prompt_not_found: 'There is no such prompt.',
  prompt_not_open: 'The prompt is not open for an answer.',
  prompt_not_ended: 'The prompt has not ended yet.',
  prompt_already_ended: 'The prompt was already answered, skipped or expired.',
  // Requests of the operator.
  request_not_found: 'There is no such request.',
  request_closed: 'The request is closed.',
  request_not_closed: 'The request is still open.',
  too_many_requests_open: 'The operator has the most requests open that may be.',
  // Executions.
  execution_not_found: 'There is no such execution.',
  execution_already_ended: 'The execution has already ended.',
  // Intelligence.
  no_llm_provider: 'No LLM provider is configured.',
  unknown_model: 'No provider has this model.',
  wrong_format: 'The model is reached in the format of its own provider only.',
  not_allowed: 'An agent may not ask a model for this.',
  too_many_images: 'The call has more images than the limit.',
  insufficient_tokens: 'The call needs more tokens than are left of the budget.',
  model_unpriced: 'The model has no price, and the budget for models is in money.',
  llm_budget_exhausted: "The operator's budget for models does not suffice for the call.",
  refused_by_provider: 'The provider refused the call as it was written.',
  provider_failed: 'The provider failed; nothing is billed.',
  provider_unreachable: 'The provider can not be reached; nothing is billed.',
  provider_busy: 'The provider takes no more calls now; nothing is billed.',
  not_recorded: 'The cassette has no answer to this call.',
  provider_timeout: 'The provider did not answer in time; nothing is billed.',
  // Load.
  too_many_requests: 'Too many requests at once.',
  request_timeout: 'The request took too long to arrive.',
  database_locked: 'Another process holds the database.',
  internal_error: 'The service failed; the operator finds the cause in the log.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What a use case returns when it will not do what was asked: nothing was changed. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  /** One sentence that names the value that would have been right. */
  readonly message: string;
  /** Where in the input, as a dotted path. */
  readonly field?: string;
  /** The value that would have passed, where there is one. */
  readonly limit?: number | string;
}

export interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
}

export type Result<T> = Accepted<T> | Refusal;

export function accept<T>(value: T): Accepted<T> {
  return { ok: true, value };
}

export function refuse(
  code: RefusalCode,
  message: string,
  detail: { readonly field?: string; readonly limit?: number | string } = {},
): Refusal {
  return { ok: false, code, message, ...detail };
}
