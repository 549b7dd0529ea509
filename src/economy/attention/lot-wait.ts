import { cyclesIn } from '../../config/cycle-length.ts';
import { add, multiply, type MicroCredits } from '../../domain/credits.ts';
import { bundleCost, type Bundle } from '../../domain/resources.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

// All of this runs inside the caller's transaction.

/** An execution of this agent was settled: from now on it waits to be drawn if it can't pay for attention, else not. */
export function waitAfter(deps: Economy, agentId: string): void {
  const { [STORE]: store } = deps;
  if (!mayWait(deps, agentId)) store.lots.endOf(agentId);
  else if (store.lots.isWaiting(agentId)) store.lots.renew(agentId, momentOf(deps));
  else beginWait(deps, agentId);
}

/**
 * Nothing keeps this agent alive any more: it may wait to be drawn instead, once for each execution, so that nobody lives
 * on by waiting alone. Returns whether it waits now.
 */
export function waitInstead(deps: Economy, agentId: string): boolean {
  const { [STORE]: store } = deps;
  const last = store.lots.lastPlaced(agentId);
  const hasWaited = last !== undefined && last >= (store.agents.find(agentId)?.lastSeenCycle ?? 0);
  return !hasWaited && mayWait(deps, agentId) && beginWait(deps, agentId);
}

/** Ends the wait of those who were not drawn in time; of all where nobody is drawn any more. */
export function endWaits({ [STORE]: store, config }: Economy): void {
  const { share, wait_seconds: waitSeconds } = config.attention.lots;
  const { runningMs } = store.state.get();
  store.lots.endOver(share === 0 ? runningMs : runningMs - waitSeconds * 1000);
}

/** The newest cycle that doesn't count as lately. */
export function longAgo({ [STORE]: store, config }: Economy): number {
  return store.state.get().cycle - cyclesIn(config.attention.lots.unheard_seconds, config.market);
}

/**
 * What the agent is given when it is drawn: the bundle with which it last bought attention, or where it never did the last
 * one that it bid for itself, but no more than half of what is sold of each. Undefined where it never bid for itself.
 */
export function lotBundle({ [STORE]: store, derived }: Economy, agentId: string): Bundle | undefined {
  const last = store.executions.lastBoughtAttention(agentId) ?? store.agents.find(agentId)?.lastBundle;
  if (!last) return undefined;
  const half = (supply: number) => Math.floor(supply / 2);
  const { cpuMs, memoryMb, tokens } = derived.supply;
  return {
    cpuMs: Math.min(last.cpuMs, half(cpuMs)),
    memoryMb: Math.min(last.memoryMb, half(memoryMb)),
    tokens: Math.min(last.tokens, half(tokens)),
    attention: 1,
  };
}

/** It is poor and worth hearing, and no attention comes to it anyway. */
function mayWait(deps: Economy, agentId: string): boolean {
  const { [STORE]: store, config } = deps;
  if (config.attention.lots.share === 0) return false;
  const agent = store.agents.find(agentId);
  if (!agent || agent.stopped || agent.status === 'dead') return false;
  const bundle = lotBundle(deps, agentId);
  if (!bundle || store.lots.hasAttentionComing(agentId)) return false;
  const cost = bundleCost(bundle, store.markets.prices());
  return purseOf(deps, agentId) < cost && isWorthIt(deps, agentId, cost);
}

/** With what its bids hold and what it gave away lately: who empties itself isn't poor. */
function purseOf(deps: Economy, agentId: string): MicroCredits {
  const { [STORE]: store } = deps;
  return add(store.accounts.balance(agentId).posted, store.lots.givenAfter(agentId, longAgo(deps)));
}

/** Its last answers brought together what as many prompts cost, or it never had one. */
function isWorthIt({ [STORE]: store, config }: Economy, agentId: string, cost: MicroCredits): boolean {
  const { count, earned } = store.lots.lastAnswers(agentId, config.attention.lots.answers);
  return earned >= multiply(cost, count);
}

function beginWait(deps: Economy, agentId: string): boolean {
  const { [STORE]: store, config } = deps;
  const { lineageId = agentId } = store.agents.find(agentId) ?? {};
  if (store.lots.countOfLineage(lineageId) >= config.attention.lots.waiting_max) return false;
  store.lots.insert({ agentId, lineageId, ...momentOf(deps) });
  return true;
}

function momentOf({ [STORE]: store }: Economy) {
  const { cycle, runningMs } = store.state.get();
  return { cycle, runningMs };
}
