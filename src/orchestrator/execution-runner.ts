import { settleExecution } from '../economy/settle-execution.ts';
import { markRunning, startExecution, type StartingExecution } from '../economy/start-execution.ts';
import { NO_USAGE, type Execution, type Outcome, type Usage } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import { BpError } from '../platform/errors.ts';
import type { ExecutionEnd, PreparedExecution } from '../sandbox/sandbox.ts';
import type { OrchestratorDeps } from './deps.ts';
import { outcomeOf } from './outcome.ts';

/** The endpoint is opened before there is a run whose use it can tell. */
interface Meter {
  run?: Pick<PreparedExecution, 'usedCpuMs'>;
}

/** How one run went, after its settlement. */
export interface FinishedRun {
  readonly executionId: number;
  readonly outcome: Outcome;
  /** The operating error's code behind a `system_fault`. */
  readonly faultCode: string | undefined;
}

/**
 * Takes one allocated execution to its settlement. Each state is committed before its side effect: `starting` before
 * anything is made, `running` before "go". Never rejects for what the engine or the agent does.
 */
export async function runExecution(
  deps: OrchestratorDeps,
  executionId: number,
  signal: AbortSignal,
): Promise<FinishedRun | undefined> {
  const { economy, endpoints } = deps;
  const starting = startExecution(economy, executionId, { serviceUrl: endpoints.serviceUrl });
  if (!starting) return undefined;
  try {
    return await runToEnd(deps, starting, signal);
  } catch (error) {
    return settleFault(deps, executionId, error);
  } finally {
    await cleanUp(deps, executionId);
  }
}

/** Takes over an execution that an earlier process had given its "go", and settles it when it ends. */
export async function adoptExecution(
  deps: OrchestratorDeps,
  { id, agentId, bundle, wallMs, startedAt }: Execution,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const { sandbox, endpoints, logger } = deps;
  const executionId = formatId('execution', id);
  try {
    const meter: Meter = {};
    await endpoints.open(id, await sandbox.socketDirectory(executionId), async () => meter.run?.usedCpuMs());
    const adopted = await sandbox.adopt({ executionId, agentId, bundle, wallMs, startedAt: startedAt ?? 0 }, signal);
    meter.run = adopted;
    logger.info({ execution: executionId }, 'took over an execution of an earlier run');
    return settleEnd(deps, id, await adopted.ended);
  } catch (error) {
    return settleFault(deps, id, error);
  } finally {
    await cleanUp(deps, id);
  }
}

/** A fault of the system about which nothing more can be known: refunded, and its bid is queued again. */
export function settleLost(deps: OrchestratorDeps, executionId: number, detail: string): FinishedRun {
  return settle(deps, executionId, {
    outcome: 'system_fault',
    detail,
    exitCode: null,
    usage: NO_USAGE,
    faultCode: 'lost',
  });
}

async function runToEnd(
  deps: OrchestratorDeps,
  { execution, agentNumber, handshake, token, files }: StartingExecution,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const { economy, sandbox, endpoints } = deps;
  const id = formatId('execution', execution.id);
  const meter: Meter = {};
  await endpoints.open(execution.id, await sandbox.socketDirectory(id), async () => meter.run?.usedCpuMs());
  const prepared = await sandbox.prepare(
    {
      executionId: id,
      agentId: execution.agentId,
      agentNumber,
      bundle: execution.bundle,
      wallMs: execution.wallMs,
      handshake,
      files,
      environment: { BP_EXECUTION_TOKEN: token },
    },
    signal,
  );
  meter.run = prepared;
  if (!markRunning(economy, execution.id)) {
    await prepared.stop('operator');
    return settleLost(deps, execution.id, 'it was settled before it could start');
  }
  deps.onEvent({ kind: 'started', executionId: execution.id, agentId: execution.agentId });
  await prepared.go();
  return settleEnd(deps, execution.id, await prepared.ended);
}

function settleEnd(deps: OrchestratorDeps, executionId: number, end: ExecutionEnd): FinishedRun {
  const { cause, detail, exitCode, usage } = end;
  const began = cause !== 'start_failed';
  return settle(deps, executionId, { outcome: outcomeOf(end), detail, exitCode, usage, faultCode: cause, began });
}

/** What the agent's own workspace prevents is the agent's fault; everything else that throws is the system's. */
function settleFault(deps: OrchestratorDeps, executionId: number, error: unknown): FinishedRun {
  const fault = faultOf(error);
  deps.logger.warn({ execution: formatId('execution', executionId), code: fault.code, err: error }, 'execution failed');
  return settle(deps, executionId, {
    outcome: fault.code === 'sandbox_workspace' ? 'agent_error' : 'system_fault',
    detail: fault.message,
    exitCode: null,
    usage: NO_USAGE,
    faultCode: fault.code,
  });
}

interface Ending {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly exitCode: number | null;
  readonly usage: Usage;
  /** What a `system_fault` is counted under. */
  readonly faultCode: string;
  /** Whether anything of the agent ran. */
  readonly began?: boolean;
}

function settle(deps: OrchestratorDeps, executionId: number, ending: Ending): FinishedRun {
  const { economy, endpoints, logger } = deps;
  const { outcome, detail, exitCode, usage, faultCode, began = true } = ending;
  const requests = endpoints.requests(executionId);
  const isSettled = settleExecution(economy, { executionId, outcome, detail, exitCode, usage, requests, began });
  if (isSettled) {
    const { agentId } = economy.store.executions.get(executionId);
    logger.info({ execution: formatId('execution', executionId), agent: agentId, outcome, detail, usage }, 'settled');
    deps.onEvent({ kind: 'settled', executionId, agentId, outcome, detail });
  }
  return { executionId, outcome, faultCode: isSettled && outcome === 'system_fault' ? faultCode : undefined };
}

/** What can't be removed now is found by label at the next start. */
async function cleanUp(deps: OrchestratorDeps, executionId: number): Promise<void> {
  const { economy, endpoints, sandbox, logger } = deps;
  const execution = formatId('execution', executionId);
  const oldest = formatId('execution', executionId - economy.config.sandbox.outputs_max);
  const results = await Promise.allSettled([
    endpoints.close(executionId),
    sandbox.discard(execution),
    sandbox.forget(oldest),
  ]);
  for (const result of results)
    if (result.status === 'rejected') logger.warn({ execution, err: result.reason as unknown }, 'clean-up failed');
}

function faultOf(error: unknown): BpError {
  if (error instanceof BpError) return error;
  return new BpError('unexpected', error instanceof Error ? error.message : String(error), { cause: error });
}
