import { cyclesIn } from '../../config/cycle-length.ts';
import type { Execution } from '../../domain/execution.ts';
import { bundleCost, type Bundle } from '../../domain/resources.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { placeBid } from '../market/place-bid.ts';
import { backOff } from './back-off.ts';

/**
 * A crash must not kill an agent that can pay, nor must a typo. So where no bid for the agent is pending, the last
 * bundle that it bid itself is bid again, without attention and at today's reserve. That is done if it can pay, a
 * limited number of times in a row. The execution that it follows keeps the bid.
 */
export function restart(deps: Economy, { id: executionId, agentId }: Pick<Execution, 'id' | 'agentId'>): void {
  const { [STORE]: store, config } = deps;
  const agent = store.agents.find(agentId);
  if (!agent?.lastBundle || agent.restarts >= config.lifecycle.restarts) return;
  if (store.bids.hasPendingFor(agentId)) return;
  const bundle: Bundle = { ...agent.lastBundle, attention: 0 };
  const wait = Math.min(
    backOff(config.lifecycle.restart_backoff_seconds, agent.restarts),
    config.market.bid_horizon_seconds,
  );
  const earliestCycle = store.state.get().cycle + cyclesIn(wait, config.market);
  const request = { bundle, amount: bundleCost(bundle, store.markets.prices()), earliestCycle };
  const placed = placeBid(deps, agentId, request, { isRestart: true });
  if (!placed.ok) return;
  store.agents.setRestarts(agentId, agent.restarts + 1);
  store.executions.setRestartBid(executionId, placed.value.bidId);
}
