import { max, micro, min, type MicroCredits } from '../../domain/credits.ts';
import { refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { bundleCost, type Bundle } from '../../domain/resources.ts';
import type { Template } from '../../domain/template.ts';
import type { AgentFile } from '../../domain/agent.ts';
import type { Economy } from '../economy.ts';
import { leastAmountNow } from '../market/least-amount-now.ts';
import { STORE } from '../internal/store-key.ts';
import { bootstrapAgent, type BootstrappedAgent } from './bootstrap-agent.ts';

export interface NewAgentOrder {
  readonly id: string;
  readonly template: Template;
  /** The template's, and what was laid over them. */
  readonly files: readonly AgentFile[];
  /** Of its first bid. */
  readonly bundle: Bundle;
  readonly credits?: MicroCredits | undefined;
  /** Of its first bid; by default what the market asks of a newcomer. */
  readonly amount?: MicroCredits | undefined;
}

/**
 * Makes a root agent of a template, which never was before: grants credits, as `bootstrapAgent` does, and places its
 * first bid. Refuses: `agent_exists`, and what `bootstrapAgent` refuses.
 */
export function newAgent(deps: Economy, order: NewAgentOrder): Result<BootstrappedAgent> {
  const { [STORE]: store } = deps;
  return store.transaction(() => {
    if (store.agents.find(order.id))
      return refuse('agent_exists', `${order.id} is there already; bp-agents bootstrap --id revives a dead agent`, {
        field: 'id',
      });
    return bootstrapAgent(deps, { ...order, amount: order.amount ?? askedAmount(deps, order) });
  });
}

/** What `newAgent` would refuse now. Changes nothing. */
export function refusalOfNewAgent(deps: Economy, order: NewAgentOrder): Refusal | undefined {
  const tried = deps[STORE].transaction<Refusal>(() => {
    const made = newAgent(deps, order);
    return made.ok ? ONLY_TRIED : made;
  });
  return tried === ONLY_TRIED ? undefined : tried;
}

/** A refusal rolls back. */
const ONLY_TRIED = refuse('invalid_value', 'it was only tried');

/** As `bootstrap` offers, but no less than would win now were attention free; as far as the grant allows. */
function askedAmount(deps: Economy, { id, bundle, credits }: NewAgentOrder): MicroCredits {
  const { config } = deps;
  const granted = credits ?? config.economy.initial_credit_budget;
  const reserve = bundleCost(bundle, deps[STORE].markets.prices());
  const usual = micro(Math.ceil(reserve * config.economy.bootstrap.bid_over_reserve));
  const wins = leastAmountNow(deps, { agentId: id, bundle }) ?? usual;
  return max(reserve, min(granted, max(usual, wins)));
}
