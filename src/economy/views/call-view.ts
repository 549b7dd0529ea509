import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import { formatId } from '../../domain/ids.ts';
import { inCurrency } from '../../domain/model-price.ts';
import type { ModelCall } from '../../store/model-calls.ts';

/** One call of a model, as the operator sees it. Tokens are the provider's own, but for `reserved` and `billed`. */
export function callView(call: ModelCall) {
  return {
    id: call.id,
    execution_id: formatId('execution', call.executionId),
    cycle: call.cycle,
    provider: call.provider,
    model: call.model,
    route: call.route,
    outcome: call.outcome,
    input_tokens: call.input,
    cached_tokens: call.cached,
    output_tokens: call.output,
    /** False: they were counted here. */
    reported: call.isReported === null ? null : call.isReported === 1,
    reserved: call.reserved,
    billed: call.billed,
    /** In the currency; null where the model had no price. */
    reserved_money: call.reservedMoney === null ? null : inCurrency(call.reservedMoney),
    money: call.money === null ? null : inCurrency(call.money),
    duration_ms: call.durationMs,
    began_at: new Date(call.beganAt).toISOString(),
    detail: call.detail,
    ...(call.content !== null && { content: JSON.parse(call.content) as unknown }),
  };
}

/** With ids under `before`, the newest first. */
export function callsBefore(economy: Economy, before: number, limit: number): readonly ModelCall[] {
  return economy[STORE].modelCalls.page(before, limit);
}

/** The newest first. */
export function callsOfExecution(economy: Economy, executionId: number, limit: number): readonly ModelCall[] {
  return economy[STORE].modelCalls.ofExecution(executionId, limit);
}
