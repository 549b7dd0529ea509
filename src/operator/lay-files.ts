import type { LaidFiles, WaitingFile } from '../domain/agent-files.ts';
import { beginLaying, finishLaying, waitingSet } from '../economy/agents/agent-files.ts';
import { lockRun } from '../economy/home/open-home.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';
import { BpError } from '../platform/errors.ts';
import type { Home } from './home.ts';

/** The workspaces of a home, as an engine has them: see `Engine`. */
export interface Workspaces {
  layFiles(home: Home, request: FilesOfAgent): Promise<LaidFiles | undefined>;
  lookAtFiles(home: Home, request: FilesOfAgent): Promise<LaidFiles>;
}

interface FilesOfAgent {
  readonly agentId: string;
  readonly files: readonly WaitingFile[];
}

/**
 * Why files wait for their agent's next execution: a `run` has the workspaces, an execution has this one, it is still in
 * an image that could not be put back, or `problem` was in the way.
 */
export type LaidLater = 'run' | 'execution' | 'image' | 'problem';

export interface Laying {
  /** Undefined where they are laid. */
  readonly later: LaidLater | undefined;
  /** What became of them, or would where they were laid now; undefined where the workspace could not be looked at. */
  readonly files: LaidFiles | undefined;
  readonly problem?: string;
}

/**
 * Does what `give` does, which leaves files waiting for this agent. Lays them at once where no `run` goes on and no
 * execution has the workspace; otherwise the agent's next execution does. No `run` can begin meanwhile, and only a
 * `run` touches workspaces.
 *
 * Where the workspace prevents it, `laying` says so and the files wait. It is undefined where `give` left nothing.
 */
export async function layWhereAtRest<T>(
  workspaces: Workspaces,
  home: Home,
  agentId: string,
  give: () => T,
): Promise<{ readonly given: T; readonly laying: Laying | undefined }> {
  const lock = lockUnlessRunning(home.directory);
  try {
    const given = give();
    const isAtRest = lock !== undefined && !hasExecution(home, agentId);
    return { given, laying: await (isAtRest ? layNow : lookNow)(workspaces, home, agentId) };
  } finally {
    lock?.release();
  }
}

async function layNow(workspaces: Workspaces, home: Home, agentId: string): Promise<Laying | undefined> {
  const set = beginLaying(home.economy, agentId);
  if (!set) return undefined;
  const { number, files } = set;
  return toldApart(async () => {
    const laid = await workspaces.layFiles(home, { agentId, files });
    if (!laid) return { later: 'image', files: undefined };
    finishLaying(home.economy, agentId, { number, kept: laid.kept });
    return { later: undefined, files: laid };
  });
}

async function lookNow(workspaces: Workspaces, home: Home, agentId: string): Promise<Laying | undefined> {
  const set = waitingSet(home.economy, agentId);
  if (!set) return undefined;
  const later = hasExecution(home, agentId) ? 'execution' : 'run';
  return toldApart(async () => ({ later, files: await workspaces.lookAtFiles(home, { agentId, files: set.files }) }));
}

/** They are given by now, so what is in the way is no failure: they are laid later. */
async function toldApart(work: () => Promise<Laying>): Promise<Laying> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BpError) return { later: 'problem', files: undefined, problem: error.message };
    throw error;
  }
}

function hasExecution({ economy }: Home, agentId: string): boolean {
  return unsettledExecutions(economy).some((execution) => execution.agentId === agentId);
}

function lockUnlessRunning(directory: string): ReturnType<typeof lockRun> | undefined {
  try {
    return lockRun(directory, process.pid);
  } catch (error) {
    if (error instanceof BpError && error.code === 'already_running') return undefined;
    throw error;
  }
}
