import { toCredits } from '../domain/credits.ts';
import { isRefunded, type Execution } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import { accept, type Result } from '../domain/refusal.ts';
import { stopAgent, type StoppedAgent } from '../economy/agents/stop-agent.ts';
import { stopExecution } from '../economy/executions/stop-execution.ts';
import { getExecution } from '../economy/views/execution-view.ts';
import { BpError } from '../platform/errors.ts';
import type { Home } from './home.ts';
import { findRun, waitUntil, type ProcessDeps } from './running-process.ts';

/** A run sees the wish within a quarter of a second; a container that doesn't heed its end is killed. */
const END_MS_MAX = 20_000;

/** An agent that was stopped, and the end of what it ran. */
export interface AgentAtRest extends StoppedAgent {
  readonly ended: Execution | undefined;
}

/**
 * Asks to end an execution, and gives it after its end, or as it is where no run is going on that could end it.
 * Refuses as `stopExecution` does; rejects with `BpError` `not_ended_yet`, and as `findRun` does.
 */
export async function stopExecutionAndWait(
  deps: ProcessDeps,
  home: Home,
  executionId: number,
): Promise<Result<Execution>> {
  const stopped = stopExecution(home.economy, executionId);
  return stopped.ok ? accept(await waitForEnd(deps, home, stopped.value.id)) : stopped;
}

/** The same for an agent, and for what it runs. Refuses as `stopAgent` does. */
export async function stopAgentAndWait(deps: ProcessDeps, home: Home, agentId: string): Promise<Result<AgentAtRest>> {
  const stopped = stopAgent(home.economy, agentId);
  if (!stopped.ok) return stopped;
  const { executionId } = stopped.value;
  const ended = executionId === undefined ? undefined : await waitForEnd(deps, home, executionId);
  return accept({ ...stopped.value, ended });
}

/** A price is given back whole, but for what an expired prompt gave back before. */
export function stoppedExecutionView({ id, agentId, outcome, price }: Execution) {
  return {
    execution_id: formatId('execution', id),
    agent_id: agentId,
    outcome,
    price_refunded: outcome !== null && isRefunded(outcome) ? toCredits(price) : 0,
  };
}

export function stoppedAgentView({ agentId, voidedBids, ended }: AgentAtRest) {
  return {
    agent_id: agentId,
    stopped: true,
    voided_bids: voidedBids.map((id) => formatId('bid', id)),
    execution: ended === undefined ? null : stoppedExecutionView(ended),
  };
}

async function waitForEnd(deps: ProcessDeps, { directory, economy }: Home, id: number): Promise<Execution> {
  const execution = () => getExecution(economy, id);
  if ((await findRun(deps, directory)) === undefined) return execution();
  if (await waitUntil(deps, () => execution().state === 'settled', END_MS_MAX)) return execution();
  throw new BpError('not_ended_yet', `${formatId('execution', id)} has not ended within ${END_MS_MAX / 1000} s`, {
    hint: 'it is still asked to; bp-agents executions shows when it has ended',
  });
}
