import { cyclesIn } from '../../config/cycle-length.ts';
import { isOwnFault, isRefunded, type Execution, type Outcome } from '../../domain/execution.ts';
import { affordableFrom, dayAt, type StandingOrder } from '../../domain/standing-order.ts';
import type { Economy } from '../economy.ts';
import { backOff } from '../executions/back-off.ts';
import { STORE } from '../internal/store-key.ts';
import { marketRules } from './market-rules.ts';
import { placeBid } from './place-bid.ts';
import { endOrderOf } from './standing-order.ts';

// All of this runs inside the caller's transaction.

/**
 * An execution of this agent was settled: what it paid is counted where the order had bought it, and the order is placed
 * again. Not beside a restart or a `next_bid`, and not where the operator wanted this execution to end. After a failure
 * with no restart it backs off as restarts do, and is placed as often in a row as they are.
 */
export function repeatAfter(deps: Economy, execution: Execution, outcome: Outcome): void {
  const { [STORE]: store, config } = deps;
  const { agentId, bidId } = execution;
  const order = store.standingOrders.live(agentId);
  if (!order) return;
  const isOwn = store.bids.orderOf(bidId) === order.id;
  if (isOwn && !isRefunded(outcome)) store.standingOrders.pay(order.id, dayAt(order, execution.cycle), execution.price);
  if (isOwn && (outcome === 'stopped_by_operator' || execution.stopRequested)) {
    endOrderOf(deps, agentId, 'the operator stopped its execution');
    return;
  }
  if (!isOwnFault(outcome) || store.bids.hasFirstPending(agentId)) {
    placeAgain(deps, agentId);
    return;
  }
  const { restarts = 0 } = store.agents.find(agentId) ?? {};
  if (restarts >= config.lifecycle.restarts) {
    endOrderOf(deps, agentId, `its executions failed, the last one with ${outcome}`);
    return;
  }
  if (placeAgain(deps, agentId, cyclesIn(backOff(config.lifecycle.restart_backoff_seconds, restarts), config.market)))
    store.agents.setRestarts(agentId, restarts + 1);
}

/** Places orders that wait, and ends those that have waited for as long as a bid may stand. */
export function placeWaiting(deps: Economy): void {
  const { [STORE]: store } = deps;
  for (const { agentId } of store.standingOrders.due(store.state.get().cycle)) placeAgain(deps, agentId);
}

/**
 * Places the agent's order again if nothing of it stands or runs, and nothing goes before it. What can't be placed now
 * waits, but keeps nobody alive. Returns whether it was placed.
 */
export function placeAgain(deps: Economy, agentId: string, backOffCycles = 0): boolean {
  const { [STORE]: store, config } = deps;
  const order = store.standingOrders.live(agentId);
  if (!order || store.bids.hasPendingOfOrder(order.id)) return false;
  const { cycle } = store.state.get();
  if (!isFree(deps, agentId)) {
    // What goes before it may come to nothing, so it is looked at in each cycle.
    if (order.dueCycle === null) store.standingOrders.setWaiting(order.id, cycle, 0);
    return false;
  }
  const { amount } = order;
  const { bundle } = store.bids.get(order.id);
  const horizon = cycle + cyclesIn(config.market.bid_horizon_seconds, config.market);
  const from = affordableFrom(order, cycle);
  if (cycle > order.untilCycle || from > order.untilCycle) {
    store.standingOrders.end(order.id, cycle, 'it came to until_cycle');
    return false;
  }
  if (from > horizon) {
    store.standingOrders.setWaiting(order.id, from, 0);
    return false;
  }
  const earliestCycle = Math.min(Math.max(cycle + Math.max(1, order.napCycles, backOffCycles), from), horizon);
  const payload = store.standingOrders.payload(order.id);
  const request = { bundle, amount, earliestCycle, ...(payload !== null && { payload }) };
  const placed = placeBid(deps, agentId, request, { orderId: order.id });
  if (placed.ok) store.standingOrders.markPlaced(order.id);
  else waitOn(deps, order, placed.code);
  return placed.ok;
}

/** The agent doesn't run, and no restart or `next_bid` of its stands or will be placed. */
function isFree({ [STORE]: store }: Economy, agentId: string): boolean {
  if (store.bids.hasFirstPending(agentId) || store.executions.runs(agentId)) return false;
  return !store.prompts.waiting().some((prompt) => prompt.agentId === agentId && prompt.nextBid !== null);
}

function waitOn({ [STORE]: store, config }: Economy, order: StandingOrder, code: string): void {
  const { cycle } = store.state.get();
  const waited = order.dueCycle === null ? 0 : order.waited + 1;
  if (waited < marketRules(config).ttlCycles)
    store.standingOrders.setWaiting(order.id, order.dueCycle ?? cycle, waited);
  else store.standingOrders.end(order.id, cycle, `it could not be placed: ${code}`);
}
