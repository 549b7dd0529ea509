import { onceFree } from '../economy/home/database-patience.ts';
import { settleExecution } from '../economy/executions/settle-execution.ts';
import { markRunning, startExecution, type StartingExecution } from '../economy/executions/start-execution.ts';
import { NO_USAGE, type Execution, type Outcome, type Usage } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import { BpError } from '../platform/errors.ts';
import { SERVICE_URL, type ContentMount, type ExecutionEnd, type PreparedExecution } from '../sandbox/sandbox.ts';
import type { OrchestratorDeps } from './deps.ts';
import { onceAnswered } from './engine-patience.ts';
import { tellIdle, tellRestart } from './idle-news.ts';
import { tellKept } from './kept-news.ts';
import { newestRequest } from '../economy/views/request-view.ts';
import { exposeMaterials } from './materials-news.ts';
import { outcomeOf, outcomeUnserved } from './outcome.ts';
import { isFaultOfPackages, placeProgram } from './program-mount.ts';
import { getExecution } from '../economy/views/execution-view.ts';

/** How one run went, after its settlement. */
export interface FinishedRun {
  readonly executionId: number;
  readonly outcome: Outcome;
  /** The operating error's code behind a `system_fault`. */
  readonly faultCode: string | undefined;
}

/**
 * Takes one allocated execution to its settlement. Each state is committed before its side effect: `starting` before
 * anything is made, `running` before "go". `stop` is aborted when the operator wants it to end, in whatever state it is.
 *
 * Never rejects for what the engine or the agent does. It rejects where the settlement can't be stored; then everything
 * stays as it is for the next start to settle.
 */
export async function runExecution(
  deps: OrchestratorDeps,
  executionId: number,
  stop: AbortSignal,
): Promise<FinishedRun | undefined> {
  const { economy } = deps;
  if (stop.aborted) return settleStopped(deps, executionId);
  const broken = (error: unknown): Ending =>
    stop.aborted && error === stop.reason ? stoppedEnding() : faultEnding(deps, executionId, error, { began: false });
  const newestRequestId = newestRequest(economy);
  // First, since the handshake tells of them.
  const exposure = await exposeMaterials(deps, stop).catch(broken);
  if ('outcome' in exposure) return settleAndCleanUp(deps, executionId, exposure);
  const { mounts, materials } = exposure;
  const start = { serviceUrl: SERVICE_URL, materials, newestRequestId };
  const starting = await onceFree(economy, () => startExecution(economy, executionId, start));
  if (!starting) return undefined;
  const ending = await runToEnd(deps, starting, mounts, stop).catch(broken);
  return settleAndCleanUp(deps, executionId, ending);
}

/**
 * Takes over an execution that an earlier process had given its "go", and settles it when it ends. `stop` ends it once
 * it is taken over, so that its receipt says what it had used.
 */
export async function adoptExecution(
  deps: OrchestratorDeps,
  execution: Execution,
  { signal, stop }: { readonly signal: AbortSignal; readonly stop: AbortSignal },
): Promise<FinishedRun> {
  const ending = await adoptToEnd(deps, execution, { signal, stop }).catch((error: unknown) =>
    faultEnding(deps, execution.id, error, { began: true }),
  );
  return settleAndCleanUp(deps, execution.id, ending);
}

/** A fault of the system about which nothing more can be known: refunded, and its bid is queued again. */
export function settleLost(deps: OrchestratorDeps, executionId: number, detail: string): Promise<FinishedRun> {
  return settle(deps, executionId, lostEnding(detail));
}

/** The operator wanted it to end, and nothing of the agent ever ran. */
export function settleStopped(deps: OrchestratorDeps, executionId: number): Promise<FinishedRun> {
  return settle(deps, executionId, stoppedEnding());
}

async function runToEnd(
  deps: OrchestratorDeps,
  { execution, agentNumber, handshake, token, files, fileSet, program }: StartingExecution,
  mounts: readonly ContentMount[],
  stop: AbortSignal,
): Promise<Ending> {
  const { economy, sandbox, endpoints } = deps;
  const id = formatId('execution', execution.id);
  const programs = await placeProgram(deps, { execution: id, program }, stop);
  const prepared = await sandbox.prepare(
    {
      executionId: id,
      agentId: execution.agentId,
      agentNumber,
      bundle: execution.bundle,
      wallMs: execution.wallMs,
      handshake,
      files,
      environment: environmentOf(token),
      mounts: [...mounts, ...programs],
    },
    stop,
  );
  endpoints.open(execution.id, prepared);
  const beginning = { unheld: prepared.unheld, fileSet, kept: prepared.keptFiles };
  if (!(await onceFree(economy, () => markRunning(economy, execution.id, beginning)))) {
    // The operator was quicker, or it was settled meanwhile; then this end changes nothing.
    await prepared.stop('operator');
    return endingOf(await prepared.ended);
  }
  if (prepared.keptFiles.length > 0) tellKept(deps, execution, prepared.keptFiles);
  deps.events.publish({ kind: 'started', executionId: execution.id, agentId: execution.agentId });
  return stoppable(deps, id, prepared, stop, async () => {
    await prepared.go();
    return endingOf(await prepared.ended);
  });
}

/** SDKs find the gateway by these, and take the execution's token for a provider's key. */
function environmentOf(token: string): Readonly<Record<string, string>> {
  return {
    BP_EXECUTION_TOKEN: token,
    OPENAI_BASE_URL: `${SERVICE_URL}/v1`,
    OPENAI_API_KEY: token,
    ANTHROPIC_BASE_URL: SERVICE_URL,
    ANTHROPIC_API_KEY: token,
    GOOGLE_GEMINI_BASE_URL: SERVICE_URL,
    // Not GOOGLE_API_KEY besides: Google's SDKs warn where they find both.
    GEMINI_API_KEY: token,
  };
}

async function adoptToEnd(
  deps: OrchestratorDeps,
  { id, agentId, bundle, wallMs, startedAt }: Execution,
  { signal, stop }: { readonly signal: AbortSignal; readonly stop: AbortSignal },
): Promise<Ending> {
  const { sandbox, endpoints, logger } = deps;
  const executionId = formatId('execution', id);
  const request = { executionId, agentId, bundle, wallMs, startedAt: startedAt ?? 0 };
  const adopted = await onceAnswered(deps, executionId, () => sandbox.adopt(request, signal));
  endpoints.open(id, adopted);
  logger.info({ execution: executionId }, 'took over an execution of an earlier run');
  return stoppable(deps, executionId, adopted, stop, async () => {
    const end = await adopted.ended;
    return adopted.hadEnded ? unservedEnding(end) : endingOf(end);
  });
}

/** Waits for the end of what runs, and ends it when the operator wants that. Why it ended, its end tells. */
async function stoppable<T>(
  { logger }: OrchestratorDeps,
  execution: string,
  run: Pick<PreparedExecution, 'stop'>,
  stop: AbortSignal,
  wait: () => Promise<T>,
): Promise<T> {
  const end = () => {
    logger.info({ execution }, 'the operator ends an execution');
    run.stop('operator').catch((error: unknown) => {
      logger.error({ execution, err: error }, 'an execution could not be told to end');
    });
  };
  stop.addEventListener('abort', end, { once: true });
  try {
    if (stop.aborted) end();
    return await wait();
  } finally {
    stop.removeEventListener('abort', end);
  }
}

function endingOf(end: ExecutionEnd): Ending {
  const { cause, detail, exitCode, usage } = end;
  return { outcome: outcomeOf(end), detail, exitCode, usage, faultCode: cause, began: cause !== 'start_failed' };
}

/** Where it becomes a fault, that is none of the engine, and however many there are they don't pause the market. */
function unservedEnding(end: ExecutionEnd): Ending {
  const ending = endingOf(end);
  const outcome = outcomeUnserved(end);
  if (outcome === ending.outcome) return ending;
  return { ...ending, outcome, detail: `ended while the program was away: ${ending.detail}`, faultCode: undefined };
}

function stoppedEnding(): Ending {
  const [outcome, detail] = ['stopped_by_operator', 'stopped before it began'] as const;
  return { outcome, detail, exitCode: null, usage: NO_USAGE, faultCode: 'stopped', began: false };
}

function lostEnding(detail: string): Ending {
  return { outcome: 'system_fault', detail, exitCode: null, usage: NO_USAGE, faultCode: 'lost', began: true };
}

/** What the agent's own workspace prevents is the agent's fault; everything else that throws is the system's. */
function faultEnding(
  { logger }: OrchestratorDeps,
  executionId: number,
  error: unknown,
  { began }: Pick<Ending, 'began'>,
): Ending {
  const { code, message } = faultOf(error);
  logger.warn({ execution: formatId('execution', executionId), code, err: error }, 'execution failed');
  const outcome = code === 'sandbox_workspace' ? 'agent_error' : 'system_fault';
  const faultCode = isFaultOfPackages(code) ? undefined : code;
  return { outcome, detail: message, exitCode: null, usage: NO_USAGE, faultCode, began };
}

interface Ending {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly exitCode: number | null;
  readonly usage: Usage;
  /** What a `system_fault` is counted under; undefined where it says nothing of those to come. */
  readonly faultCode: string | undefined;
  /** Whether anything of the agent may have run. */
  readonly began: boolean;
}

async function settle(deps: OrchestratorDeps, executionId: number, ending: Ending): Promise<FinishedRun> {
  const { economy, endpoints, logger } = deps;
  const { outcome, detail, exitCode, usage, faultCode, began } = ending;
  const requests = endpoints.requests(executionId);
  const settlement = { executionId, outcome, detail, exitCode, usage, requests, began };
  const isSettled = await onceFree(economy, () => settleExecution(economy, settlement));
  if (isSettled) {
    const settled = getExecution(economy, executionId);
    const { agentId, leftIdle, refusedBid } = settled;
    logger.info({ execution: formatId('execution', executionId), agent: agentId, outcome, detail, usage }, 'settled');
    deps.events.publish({ kind: 'settled', executionId, agentId, outcome, detail });
    if (leftIdle) tellIdle(deps, { executionId, agentId, refusedBid });
    tellRestart(deps, settled);
  }
  return { executionId, outcome, faultCode: isSettled && outcome === 'system_fault' ? faultCode : undefined };
}

async function settleAndCleanUp(deps: OrchestratorDeps, executionId: number, ending: Ending): Promise<FinishedRun> {
  const finished = await endCallsAndSettle(deps, executionId, ending).catch(async (error: unknown) => {
    // Nothing of the agent ran: its container, which waits for "go", has nothing that the next start would need.
    if (!ending.began) await cleanUp(deps, executionId);
    throw error;
  });
  // Only now: the report and the container are what a settlement that failed is made from at the next start.
  await cleanUp(deps, executionId);
  return finished;
}

async function endCallsAndSettle(deps: OrchestratorDeps, executionId: number, ending: Ending): Promise<FinishedRun> {
  await deps.endpoints.endCalls(executionId);
  return settle(deps, executionId, ending);
}

/** What can't be removed now is found by label at the next start. */
async function cleanUp(deps: OrchestratorDeps, executionId: number): Promise<void> {
  const { economy, endpoints, sandbox, logger } = deps;
  const execution = formatId('execution', executionId);
  const oldest = formatId('execution', executionId - economy.config.sandbox.outputs_max);
  endpoints.close(executionId);
  const results = await Promise.allSettled([sandbox.discard(execution), sandbox.forget(oldest)]);
  for (const result of results)
    if (result.status === 'rejected') logger.warn({ execution, err: result.reason as unknown }, 'clean-up failed');
}

function faultOf(error: unknown): BpError {
  if (error instanceof BpError) return error;
  return new BpError('unexpected', error instanceof Error ? error.message : String(error), { cause: error });
}
