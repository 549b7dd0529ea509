import { dayOf } from '../../domain/model-budget.ts';
import { dearestPrice, moneyCost, type ModelPrice } from '../../domain/model-price.ts';
import {
  budgetCost,
  dearest,
  outputCap,
  type CallOutcome,
  type TokenUsage,
  type TokenWeights,
} from '../../domain/tokens.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { EndedCall, ModelCall } from '../../store/model-calls.ts';
import type { Economy } from '../economy.ts';
import { capToBudget, type CostlyCall } from './budget-check.ts';
import type { Caller } from './caller.ts';
import { STORE } from '../internal/store-key.ts';

/** A call as it is about to be made. */
export interface CallOrder extends CostlyCall {
  readonly provider: string;
  readonly route: string;
  /** Output tokens that the caller wants at most, for each answer. */
  readonly outputMax: number;
}

export interface ReservedCall {
  readonly callId: number;
  /** Output tokens that each answer may have. */
  readonly outputMax: number;
}

/** What became of a call. */
export interface CallEnd {
  readonly outcome: CallOutcome;
  /** Undefined where nothing is to be paid for. */
  readonly usage: TokenUsage | undefined;
  /** Whether these are the provider's own figures. */
  readonly isReported: boolean;
  readonly weights: TokenWeights;
  readonly price: ModelPrice | undefined;
  readonly durationMs: number;
  readonly detail?: string;
  readonly content?: string;
}

/**
 * Reserves budget tokens for a call, and money where its model has a price. It reserves the counted input at its dearest,
 * and the output capped to what the execution and the operator's budget have left.
 *
 * Calls at the same time each have their own reservation. So together they can't use more than was bought, nor cost more
 * than the budget.
 *
 * Refuses: `execution_ended`, `insufficient_tokens`, `model_unpriced`, `llm_budget_exhausted`.
 */
export function reserveCall(deps: Economy, { executionId }: Caller, order: CallOrder): Result<ReservedCall> {
  const { [STORE]: store, clock } = deps;
  // Left to others to open the transaction: many share one commit.
  if (!store.executions.isLive(executionId)) return refuse('execution_ended', 'the execution of this token has ended');
  const { input, answers, weights, price } = order;
  const left = tokensLeft(deps, executionId);
  const affordable = answers === 0 ? 0 : Math.min(order.outputMax, outputCap(left, { input, answers, weights }));
  // Also what costs nothing is for those who have tokens: the provider counts its calls.
  const needed = Math.max(1, budgetCost({ input, cached: 0, output: answers }, dearest(weights)));
  if (needed > left || (answers > 0 && affordable < 1))
    return refuse(
      'insufficient_tokens',
      `the call needs at least ${needed} tokens of the budget (its input has ${input}), and ${left} are left`,
      { limit: left },
    );
  const capped = capToBudget(deps, order, affordable);
  if (!capped.ok) return capped;
  const most = capped.value;
  const usage = { input, cached: 0, output: answers * most };
  const { provider, model, route } = order;
  const callId = store.modelCalls.insert({
    ...{ executionId, cycle: store.state.get().cycle, provider, model, route },
    reserved: budgetCost(usage, dearest(weights)),
    reservedMoney: price ? moneyCost(usage, dearestPrice(price)) : null,
    beganAt: clock.now(),
  });
  return accept({ callId, outputMax: most });
}

/**
 * Settles a call to what it used. More than was reserved is billed only as far as was reserved: no execution ever uses
 * more than it bought, and no budget is overspent, whatever a provider reports. Idempotent.
 */
export function settleCall(deps: Economy, callId: number, end: CallEnd): void {
  const call = deps[STORE].modelCalls.find(callId);
  if (call?.outcome !== null) return;
  const { outcome, usage, isReported, weights, price, durationMs, detail = null, content = null } = end;
  const { reserved, reservedMoney } = call;
  const billed = usage ? Math.min(budgetCost(usage, weights), reserved) : 0;
  const due = usage && price ? moneyCost(usage, price) : 0;
  const money = reservedMoney === null ? null : Math.min(due, reservedMoney);
  endCall(deps, call, { outcome, usage, isReported, billed, money, durationMs, detail, content });
}

/**
 * Settles calls whose end will never be seen, to all that was reserved for them. Nobody knows what the provider has
 * produced, and it costs the operator.
 */
export function settleLostCalls(deps: Economy, calls: readonly ModelCall[]): void {
  for (const call of calls)
    endCall(deps, call, {
      ...{ outcome: 'lost', usage: undefined, isReported: false, billed: call.reserved, money: call.reservedMoney },
      ...{ durationMs: deps.clock.now() - call.beganAt, detail: 'its end was not seen', content: null },
    });
}

/** Ends a call once, and counts it as spent on the day on which it began. */
function endCall({ [STORE]: store }: Economy, call: ModelCall, ended: EndedCall): void {
  if (!store.modelCalls.end(call, ended)) return;
  const { executionId, model, beganAt } = call;
  const { usage, billed, money } = ended;
  store.spending.add({ executionId, model, day: dayOf(beganAt), usage, billed, money: money ?? 0 });
}

/** The same for one call, wherever it is. */
export function settleLostCall(deps: Economy, callId: number): void {
  const call = deps[STORE].modelCalls.find(callId);
  if (call) settleLostCalls(deps, [call]);
}

/** Calls that an earlier run of the program had begun: nobody waits for them any more. */
export function settleCallsOfEarlierRun(deps: Economy): void {
  const { [STORE]: store } = deps;
  const calls = store.modelCalls.open();
  if (calls.length > 0) store.transaction(() => settleLostCalls(deps, calls));
}

/** Budget tokens that are neither used nor reserved. */
export function tokensLeft({ [STORE]: store }: Economy, executionId: number): number {
  const { bought, used, reserved } = store.modelCalls.account(executionId);
  return bought - used - reserved;
}
