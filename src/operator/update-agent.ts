import { resolve } from 'node:path';
import type { LaidFiles } from '../domain/agent-files.ts';
import { MANIFESTS } from '../domain/manifest.ts';
import { accept, type Result } from '../domain/refusal.ts';
import { OPERATOR_FILES, previewFiles, updateFiles } from '../economy/agents/agent-files.ts';
import type { Home } from './home.ts';
import { layWhereAtRest, type Laying, type Workspaces } from './lay-files.ts';
import { knownAgent } from './views/known-agent.ts';
import { readWorkspaceFolder } from './workspace-folder.ts';

export interface UpdateOrder {
  readonly id: string;
  /** The operator's folder. */
  readonly from: string;
  /** Files that were changed since they were given give way, too. */
  readonly overwrites: boolean;
  /** Nothing is given: only what would become of it is told. */
  readonly isDry: boolean;
}

export interface UpdatedAgent {
  readonly agentId: string;
  readonly isDry: boolean;
  readonly laying: Laying;
  /** Paths of the folder that were not taken along. */
  readonly leftOut: readonly string[];
}

export interface UpdateAgentDeps {
  /** Where a folder is looked for that isn't named by an absolute path. */
  readonly directory: string;
  readonly workspaces: Workspaces;
}

/**
 * Gives an agent, alive, dormant or dead, its author's files anew. An earlier file gives way where it stands as it was
 * given. What was changed since, and what the agent wrote, stays.
 * Refuses: what `knownAgent`, `readWorkspaceFolder` and `updateFiles` refuse. A dry one rejects as the workspaces do.
 */
export async function updateAgent(
  { directory, workspaces }: UpdateAgentDeps,
  home: Home,
  { id, from, overwrites, isDry }: UpdateOrder,
): Promise<Result<UpdatedAgent>> {
  const agent = knownAgent(home.economy, id);
  if (!agent.ok) return agent;
  const folder = readWorkspaceFolder(resolve(directory, from), OPERATOR_FILES);
  if (!folder.ok) return folder;
  const { files, leftOut } = folder.value;
  const updated = (laying: Laying) => accept({ agentId: id, isDry, laying, leftOut });
  if (isDry) {
    const preview = previewFiles(home.economy, id, files, { overwrites });
    if (!preview.ok) return preview;
    return updated({
      later: undefined,
      files: await workspaces.lookAtFiles(home, { agentId: id, files: preview.value }),
    });
  }
  const { given, laying } = await layWhereAtRest(workspaces, home, id, () =>
    updateFiles(home.economy, id, files, { overwrites }),
  );
  if (given) return given;
  if (!laying) throw new Error(`nothing waits for ${id}`);
  return updated(laying);
}

/** Whether what was installed for the agent is no longer what its files ask for. */
export function changesDependencies({ added, changed, removed }: LaidFiles): boolean {
  return [added, changed, removed].some((paths) => paths.some((path) => MANIFESTS.includes(path)));
}

/** So many paths of a kind are listed; how many there are is told by `counts`. */
const PATHS_MAX = 1000;

export function layingView({ later, files, problem }: Laying) {
  const { added = [], changed = [], removed = [], kept = [], same = 0 } = files ?? {};
  const cut = (paths: readonly string[]) => paths.slice(0, PATHS_MAX);
  return {
    laid: later === undefined,
    /** Why they wait for the next execution. */
    waits_for: later ?? null,
    problem: problem ?? null,
    ...{ added: cut(added), changed: cut(changed), removed: cut(removed), kept: cut(kept) },
    counts: files
      ? { added: added.length, changed: changed.length, removed: removed.length, kept: kept.length, same }
      : null,
    dependencies_changed: files !== undefined && changesDependencies(files),
  };
}

export function updatedAgentView({ agentId, isDry, laying, leftOut }: UpdatedAgent) {
  return {
    agent_id: agentId,
    dry_run: isDry,
    ...layingView(laying),
    laid: !isDry && laying.later === undefined,
    left_out: leftOut,
  };
}
