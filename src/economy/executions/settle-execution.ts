import { cyclesIn } from '../../config/cycle-length.ts';
import { micro, min, subtract } from '../../domain/credits.ts';
import { isOwnFault, isRefunded, type Execution, type Outcome, type Usage } from '../../domain/execution.ts';
import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../economy.ts';
import { receiver } from '../agents/living-agent.ts';
import { waitAfter } from '../attention/lot-wait.ts';
import { settleLostCalls } from './model-call.ts';
import { bidRef } from '../market/place-bid.ts';
import { isIdle } from './idle.ts';
import { backOff } from './back-off.ts';
import { restart } from './restart.ts';
import { repeatAfter } from '../market/repeat-order.ts';
import { STORE } from '../internal/store-key.ts';

export interface Settlement {
  readonly executionId: number;
  readonly outcome: Outcome;
  /** One line for the operator, the log and the receipt. */
  readonly detail: string;
  readonly exitCode: number | null;
  readonly usage: Usage;
  /** Requests that it made to the System Service. */
  readonly requests: number;
  /** False where "go" was committed and yet nothing of the agent ran. */
  readonly began?: boolean;
}

/**
 * Ends an execution, by whose fault it was. A `system_fault` refunds and queues the same bid again,
 * `stopped_by_operator` refunds, and every other outcome keeps the price. After the agent's own fault, or a refused bid
 * where nothing is pending, a restart may follow; where none does, the agent's standing order is placed again.
 *
 * Idempotent: false where it was settled before.
 */
export function settleExecution(deps: Economy, settlement: Settlement): boolean {
  const { [STORE]: store, clock } = deps;
  return store.transaction(() => {
    const { executionId, outcome } = settlement;
    const before = store.executions.get(executionId);
    if (!store.executions.settle({ id: executionId, endedAt: clock.now(), ...settlement })) return false;
    store.executions.setRequests(executionId, settlement.requests);
    settleLostCalls(deps, store.modelCalls.openOf(executionId));
    if (before.startedAt === null || settlement.began === false) {
      store.messages.takeBack(executionId);
      store.prompts.takeBack(executionId);
    }
    if (before.attentionHeld && !store.prompts.ofExecution(executionId)) store.executions.releaseAttention(executionId);
    if (outcome !== 'system_fault') store.bids.dropPayload(before.bidId);
    store.agents.markSeen(before.agentId, store.state.get().cycle);
    if (isRefunded(outcome)) refund(deps, before);
    if (outcome === 'system_fault') queueAgain(deps, before);
    else if (isOwnFault(outcome) || isSlip(deps, before, outcome)) restart(deps, before);
    else if (outcome === 'completed') store.agents.setRestarts(before.agentId, 0);
    repeatAfter(deps, before, outcome);
    waitAfter(deps, before.agentId);
    if (isIdle(deps, before.agentId)) store.executions.markLeftIdle(executionId);
    return true;
  });
}

/** It tried to go on and was refused, and nothing is pending for its agent; one that never tried wants to sleep. */
function isSlip(deps: Economy, execution: Execution, outcome: Outcome): boolean {
  const { agentId, refusedBid } = execution;
  if (outcome !== 'completed' || refusedBid === null) return false;
  return isIdle(deps, agentId) && deps[STORE].standingOrders.live(agentId) === undefined;
}

/** Gives back what is left of the price: an expired prompt may have given back a part already. */
function refund(deps: Economy, execution: Execution): void {
  const { [STORE]: store, clock } = deps;
  const given = store.prompts.ofExecution(execution.id)?.refund ?? micro(0);
  const amount = subtract(execution.price, given);
  if (amount === 0) return;
  store.transfers.single({
    cycle: store.state.get().cycle,
    at: clock.now(),
    debit: 'system:market',
    credit: receiver(deps, execution.payerId),
    amount,
    kind: 'refund',
    ref: formatId('execution', execution.id),
  });
}

/**
 * The same bid again, as its next attempt, after a back-off. It offers its amount, or all that the payer has, and keeps
 * its age and its locked reserve. It isn't queued when payer or agent is dead or stopped, or when the operator wanted
 * this execution to end.
 */
function queueAgain(deps: Economy, execution: Execution): void {
  const { [STORE]: store, clock, config } = deps;
  if (execution.stopRequested) return;
  const bid = store.bids.get(execution.bidId);
  const people = [store.agents.find(bid.payerId), store.agents.find(bid.agentId)];
  if (people.some((agent) => agent === undefined || agent.status === 'dead' || agent.stopped)) return;
  const amount = min(bid.amount, store.accounts.available(bid.payerId));
  // An expired prompt gave its share back before; a payer who spent it meanwhile may have nothing left.
  if (amount <= 0) return;
  const { cycle } = store.state.get();
  const attempt = bid.attempt + 1;
  const hold = { cycle, at: clock.now(), debit: bid.payerId, credit: 'system:market', amount };
  const reason = `attempt ${attempt} after a fault of the system`;
  store.bids.queueAgain({
    id: bid.id,
    amount,
    // Never over what is offered now: less may be left than was locked.
    reserveAtPlacing: min(min(bid.reserveAtPlacing, execution.price), amount),
    holdId: store.transfers.hold({ ...hold, kind: 'bid', ref: bidRef(bid.id, attempt) }),
    earliestCycle: cycle + cyclesIn(backOff(config.lifecycle.fault_backoff_seconds, bid.attempt - 1), config.market),
    reason,
  });
  store.bids.recordFate(bid.id, cycle, reason);
}
