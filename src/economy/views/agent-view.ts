import type { Agent } from '../../domain/agent.ts';
import { toCredits, type MicroCredits } from '../../domain/credits.ts';
import { sumOfShares, toShare } from '../../domain/royalty.ts';
import type { ExecutionTotals } from '../../store/executions.ts';
import type { Economy } from '../economy.ts';
import { ancestors } from '../executions/handshake.ts';
import { STORE } from '../internal/store-key.ts';
import { isoOrNull } from './execution-view.ts';

/** An agent as the directory shows it to other agents: no balances. */
export function directoryView(deps: Economy, agent: Agent) {
  return {
    id: agent.id,
    status: agent.status,
    parent: agent.parentId,
    lineage: ancestors(deps, agent.id),
    born_cycle: agent.bornCycle,
    children: deps[STORE].agents.children(agent.id),
    last_seen_cycle: agent.lastSeenCycle,
  };
}

/** What an agent's executions and prompts came to. */
export interface AgentTotals extends ExecutionTotals {
  readonly earned: MicroCredits;
}

/** An agent as the operator sees it, with its money and its totals, which take a look at all that it ever did. */
export function agentView(deps: Economy, agent: Agent, totals: AgentTotals = totalsOf(deps, agent.id)) {
  const { available, pending } = deps[STORE].accounts.balance(agent.id);
  return {
    id: agent.id,
    status: agent.status,
    stopped: agent.stopped,
    parent: agent.parentId,
    lineage: agent.lineageId,
    life: agent.life,
    /** What it was made of; null: of files alone. */
    template: agent.template,
    born_cycle: agent.bornCycle,
    born_at: new Date(agent.bornAt).toISOString(),
    died_cycle: agent.diedCycle,
    dormant_since_cycle: agent.dormantSinceCycle,
    last_seen_cycle: agent.lastSeenCycle,
    children: deps[STORE].agents.children(agent.id),
    available: toCredits(available),
    pending: toCredits(pending),
    earned: toCredits(totals.earned),
    ...royaltyView(deps, agent.id),
    executions: totals.executions,
    paid: toCredits(totals.paid),
    used_cpu_seconds: totals.cpuMs / 1000,
    used_tokens: totals.tokens,
    restarts: agent.restarts,
    /** It can't pay for a letter and waits to be drawn. */
    waits_for_lot: deps[STORE].lots.isWaiting(agent.id),
    /** Its files name packages that were not installed. */
    needs_install: deps[STORE].installs.isNeeded(agent.id),
    /** When its text was purged the last time. */
    purged_at: isoOrNull(agent.purgedAt),
  };
}

/** What it owes of each of its rewards now, to whom, nearest first, and what others' have brought it. */
function royaltyView({ [STORE]: { royalties } }: Economy, agentId: string) {
  const owed = royalties.inForce(agentId);
  return {
    royalty: toShare(sumOfShares(owed)),
    royalty_to: owed.length === 0 ? null : owed.map(({ toId }) => toId).join(', '),
    royalties_received: toCredits(royalties.received(agentId)),
  };
}

function totalsOf({ [STORE]: { executions, prompts } }: Economy, agentId: string): AgentTotals {
  return { ...executions.totalsOf(agentId), earned: prompts.earned(agentId) };
}

/** Dead or alive. */
export function findAgent(economy: Economy, agentId: string): Agent | undefined {
  return economy[STORE].agents.find(agentId);
}

/** The agent that lost its id to the operator, and its id before; undefined in nearly every home. */
export function renamedAgent({
  [STORE]: store,
}: Economy): { readonly id: string; readonly formerly: string } | undefined {
  return store.renamed && { id: store.renamed.id, formerly: store.renamed.account };
}

/** Those with numbers over `after`, the oldest first. */
export function agentsAfter(economy: Economy, after: number, limit: number): readonly Agent[] {
  return economy[STORE].agents.page(after, limit);
}

/** Parent, grandparent and so on; at most the nearest hundred. */
export function ancestorsOf(economy: Economy, agentId: string): readonly string[] {
  return ancestors(economy, agentId);
}
