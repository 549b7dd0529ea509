import {
  budgetCost,
  dearest,
  outputCap,
  type CallOutcome,
  type TokenUsage,
  type TokenWeights,
} from '../../domain/tokens.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { ModelCall } from '../../store/model-calls.ts';
import type { Economy } from '../economy.ts';
import type { Caller } from './caller.ts';
import { STORE } from '../internal/store-key.ts';

/** A call as it is about to be made. */
export interface CallOrder {
  readonly provider: string;
  readonly model: string;
  readonly route: string;
  readonly weights: TokenWeights;
  /** Input tokens, counted before the call; never too few. */
  readonly input: number;
  /** How many answers are asked for, each with its own output; 0 where there is no output. */
  readonly answers: number;
  /** Output tokens that the caller wants at most, for each. */
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
  readonly durationMs: number;
  readonly detail?: string;
  readonly content?: string;
}

/**
 * Reserves budget tokens for a call: its counted input and its output, capped to what is left. Calls that go on at the
 * same time each have their own reservation, so that together they can't use more than was bought.
 * Refuses: `execution_ended`, `insufficient_tokens`.
 */
export function reserveCall(deps: Economy, { executionId }: Caller, order: CallOrder): Result<ReservedCall> {
  const { [STORE]: store, clock } = deps;
  // Left to others to open the transaction: many share one commit.
  if (!store.executions.isLive(executionId)) return refuse('execution_ended', 'the execution of this token has ended');
  const { input, answers, weights } = order;
  const left = tokensLeft(deps, executionId);
  const most = answers === 0 ? 0 : Math.min(order.outputMax, outputCap(left, { input, answers, weights }));
  // Also what costs nothing is for those who have tokens: the provider counts its calls.
  const needed = Math.max(1, budgetCost({ input, cached: 0, output: answers }, dearest(weights)));
  if (needed > left || (answers > 0 && most < 1))
    return refuse(
      'insufficient_tokens',
      `the call needs at least ${needed} tokens of the budget (its input has ${input}), and ${left} are left`,
      { limit: left },
    );
  const reserved = budgetCost({ input, cached: 0, output: answers * most }, dearest(weights));
  const { provider, model, route } = order;
  const { cycle } = store.state.get();
  const callId = store.modelCalls.insert({
    executionId,
    cycle,
    provider,
    model,
    route,
    reserved,
    beganAt: clock.now(),
  });
  return accept({ callId, outputMax: most });
}

/**
 * Settles a call to what it used. More than was reserved is billed only as far as the budget reaches: no execution ever
 * uses more than it bought, whatever a provider reports. Idempotent.
 */
export function settleCall(deps: Economy, callId: number, end: CallEnd): void {
  const { [STORE]: store } = deps;
  const call = store.modelCalls.find(callId);
  if (call?.outcome !== null) return;
  const cost = end.usage ? budgetCost(end.usage, end.weights) : 0;
  const billed = Math.min(cost, call.reserved + tokensLeft(deps, call.executionId));
  const { outcome, usage, isReported, durationMs, detail = null, content = null } = end;
  store.modelCalls.end(call, { outcome, usage, isReported, billed, durationMs, detail, content });
}

/**
 * Settles calls whose end will never be seen, to all that was reserved for them: what the provider has produced nobody
 * knows, and it costs the operator.
 */
export function settleLostCalls(deps: Economy, calls: readonly ModelCall[]): void {
  const { [STORE]: store, clock } = deps;
  for (const call of calls)
    store.modelCalls.end(call, {
      ...{ outcome: 'lost', usage: undefined, isReported: false, billed: call.reserved },
      ...{ durationMs: clock.now() - call.beganAt, detail: 'its end was not seen', content: null },
    });
}

/** The same for one call, wherever it is. */
export function settleLostCall(deps: Economy, callId: number): void {
  const call = deps[STORE].modelCalls.find(callId);
  if (call) settleLostCalls(deps, [call]);
}

/** What an earlier run of the program had begun: nobody waits for those calls any more. */
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
