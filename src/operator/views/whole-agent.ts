import type { Agent } from '../../domain/agent.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import { givenFiles } from '../../economy/agents/agent-files.ts';
import type { Economy } from '../../economy/economy.ts';
import { restsForInstall } from '../../economy/agents/install-rest.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { agentView, type AgentTotals } from '../../economy/views/agent-view.ts';
import { bidsBefore, bidView } from '../../economy/views/bid-view.ts';
import { executionsBefore, executionView } from '../../economy/views/execution-view.ts';
import { orderView } from '../../economy/views/order-view.ts';
import { promptsBefore, promptView } from '../../economy/views/prompt-view.ts';
import { knownAgent } from './known-agent.ts';

/** How many of its bids, executions and prompts are shown. */
const ROWS = 10;
/** And how many names of its author's files. */
const PATHS = 100;
const NEWEST = Number.MAX_SAFE_INTEGER;

export type WholeAgent = ReturnType<typeof wholeAgentOf>;

/** One agent with the last of what it did, the newest last. `totals`: where they are known already. Refuses as `knownAgent` does. */
export function wholeAgent(economy: Economy, text: string, totals?: AgentTotals): Result<WholeAgent> {
  return snapshot(economy, () => {
    const agent = knownAgent(economy, text);
    return agent.ok ? accept(wholeAgentOf(economy, agent.value, totals)) : agent;
  });
}

function wholeAgentOf(economy: Economy, agent: Agent, totals?: AgentTotals) {
  const { id } = agent;
  const { waiting, kept } = givenFiles(economy, id, PATHS);
  return {
    ...agentView(economy, agent, totals),
    /** The bid that is placed again when an execution has ended, or null. */
    standing_order: orderView(economy, id),
    /** What is laid before its next execution. */
    waiting_files: waiting ? waitingView(waiting) : null,
    /** Given last, but not laid: what stood there was changed since. */
    kept_files: kept,
    /** It rests meanwhile. */
    installing: restsForInstall(economy, id),
    last_bids: bidsBefore(economy, NEWEST, ROWS, { agentId: id }).map(bidView).reverse(),
    last_executions: executionsBefore(economy, NEWEST, ROWS, id).map(executionView).reverse(),
    last_prompts: promptsBefore(economy, NEWEST, ROWS, id).map(promptView).reverse(),
  };
}

function waitingView({ count, bytes, paths, replaces }: NonNullable<ReturnType<typeof givenFiles>['waiting']>) {
  return { count, bytes, paths, overwrite: replaces === 'all' };
}
