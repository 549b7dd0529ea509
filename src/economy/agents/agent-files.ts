import type { AgentFile } from '../../domain/agent.ts';
import type { Replaces, WaitingFile } from '../../domain/agent-files.ts';
import { MANIFESTS, needsInstall } from '../../domain/manifest.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkFiles, type FileLimits } from '../../domain/workspace-files.ts';
import type { WaitingSet, WaitingSummary } from '../../store/agent-files.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** The operator's files may be larger than what a parent may give a child. */
export const OPERATOR_FILES: FileLimits = { filesMax: 10_000, bytesMax: 256 * 1_048_576, pathCharsMax: 1024 };

/** Gives an agent a set of files, in place of whatever waits for it. Within a transaction; they were checked. */
export function giveFiles(
  deps: Economy,
  agentId: string,
  files: readonly AgentFile[],
  order: Overwriting & { readonly isNew: boolean },
): void {
  if (order.isNew || changesManifests(deps, agentId, files)) noteInstall(deps, agentId, files);
  deps[STORE].agentFiles.put(
    agentId,
    files,
    order.isNew && !order.overwrites ? 'new' : replacesOf(deps, agentId, order),
  );
}

/** Whether these files may ask for other packages than those that were installed for the earlier ones. */
function changesManifests({ [STORE]: store }: Economy, agentId: string, files: readonly AgentFile[]): boolean {
  const manifests = files.filter(({ path }) => MANIFESTS.includes(path));
  return store.installs.isNeeded(agentId) || !manifests.every((file) => store.agentFiles.wasGiven(agentId, file));
}

function noteInstall({ [STORE]: store }: Economy, agentId: string, files: readonly AgentFile[]): void {
  const isNeeded = needsInstall(files);
  if (isNeeded || store.installs.isNeeded(agentId)) store.installs.setNeeded(agentId, isNeeded);
}

interface Overwriting {
  /** Files that were changed since they were given give way, too. */
  readonly overwrites: boolean;
}

/** Where none of the author's was ever begun to be laid, nothing can have been changed since. */
function replacesOf({ [STORE]: store }: Economy, agentId: string, { overwrites }: Overwriting): Replaces {
  if (overwrites) return 'all';
  return store.agentFiles.replaces(agentId) === 'new' ? 'new' : 'given';
}

/**
 * Gives an agent, dead or alive, the files of its author anew: they wait until they are laid in its workspace, before its
 * next execution at the latest. Refuses: `agent_not_found`, and what `checkFiles` refuses.
 */
export function updateFiles(
  deps: Economy,
  agentId: string,
  files: readonly AgentFile[],
  { overwrites }: Overwriting,
): Refusal | undefined {
  const { [STORE]: store } = deps;
  return store.transaction(() => {
    if (!store.agents.find(agentId))
      return refuse('agent_not_found', `there is no agent ${agentId}; bp-agents agents lists them`, { field: 'agent' });
    const refusal = checkFiles(files, OPERATOR_FILES);
    if (!refusal) giveFiles(deps, agentId, files, { overwrites, isNew: false });
    return refusal;
  });
}

/** What `updateFiles` would leave waiting. Refuses what `checkFiles` refuses. */
export function previewFiles(
  deps: Economy,
  agentId: string,
  files: readonly AgentFile[],
  overwriting: Overwriting,
): Result<readonly WaitingFile[]> {
  const refusal = checkFiles(files, OPERATOR_FILES);
  return refusal ?? accept(deps[STORE].agentFiles.preview(agentId, files, replacesOf(deps, agentId, overwriting)));
}

/** What waits to be laid; undefined where nothing does. */
export function waitingSet({ [STORE]: store }: Economy, agentId: string): WaitingSet | undefined {
  return store.agentFiles.waiting(agentId);
}

/** What waits to be laid, which may stand in the workspace from now on. Undefined where nothing waits. */
export function beginLaying({ [STORE]: store }: Economy, agentId: string): WaitingSet | undefined {
  return store.transaction(() => {
    const set = store.agentFiles.waiting(agentId);
    if (set) store.agentFiles.begin(agentId);
    return set;
  });
}

/** A set that was laid, but for what was kept. False where another one waits meanwhile, which changes nothing. */
export function finishLaying(
  { [STORE]: store }: Economy,
  agentId: string,
  { number, kept }: { readonly number: number; readonly kept: readonly string[] },
): boolean {
  return store.transaction(() => store.agentFiles.finish(agentId, number, kept));
}

/** The files that an agent was given and that wait, and those that were not laid since something else stood there. */
export function givenFiles(
  { [STORE]: store }: Economy,
  agentId: string,
  pathsMax: number,
): { readonly waiting: WaitingSummary | undefined; readonly kept: readonly string[] } {
  return { waiting: store.agentFiles.summary(agentId, pathsMax), kept: store.agentFiles.kept(agentId, pathsMax) };
}
