import { programsInUse } from '../economy/agents/program-of.ts';
import type { Execution } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import { settleCallsOfEarlierRun } from '../economy/executions/model-call.ts';
import { adoptExecution, settleLost, settleStopped, type FinishedRun } from './execution-runner.ts';
import type { OrchestratorDeps } from './deps.ts';
import type { StopWatch } from './stop-watch.ts';
import { isToStop } from '../economy/executions/stop-execution.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';

/** What an earlier run left: executions still to be launched, and those that were taken over. */
export interface Recovered {
  readonly toLaunch: readonly number[];
  readonly adopted: readonly Promise<FinishedRun>[];
}

/**
 * Settles or takes over every execution that an earlier run left unsettled, and removes what else stands under this
 * home's label:
 *
 * - `allocated`: nothing of it was begun, so it is launched now.
 * - `starting`: "go" was never given, so it is a fault of the system.
 * - `running`: it is adopted, or settled from what is known of its end. The same attempt never runs again.
 *
 * What the operator wanted to end meanwhile is ended.
 */
export async function recover(deps: OrchestratorDeps, stops: StopWatch, signal: AbortSignal): Promise<Recovered> {
  const { economy } = deps;
  await onceFree(economy, () => settleCallsOfEarlierRun(economy));
  await removeLeftovers(deps, signal);
  const unsettled = unsettledExecutions(economy);
  const running = inState(unsettled, 'running');
  for (const { id } of inState(unsettled, 'starting'))
    if (isToStop(economy, id)) await settleStopped(deps, id);
    else await settleLost(deps, id, 'the program ended before "go"');
  return {
    toLaunch: inState(unsettled, 'allocated').map(({ id }) => id),
    adopted: running.map((execution) =>
      stops.follow(execution.id, (stop) => adoptExecution(deps, execution, { signal, stop })),
    ),
  };
}

/**
 * Removes what stands on this machine for executions of this home, but for those that may still run, and from its engine
 * the programs that only the dead have.
 */
export async function removeLeftovers({ economy, sandbox }: OrchestratorDeps, signal: AbortSignal): Promise<void> {
  const running = inState(unsettledExecutions(economy), 'running');
  await sandbox.sweep(new Set(running.map(({ id }) => formatId('execution', id))), signal);
  await sandbox.keepContent('program', programsInUse(economy), signal);
}

function inState(executions: readonly Execution[], state: Execution['state']): readonly Execution[] {
  return executions.filter((execution) => execution.state === state);
}
