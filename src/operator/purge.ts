import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  backupsDirectory,
  databasePath,
  installsDirectory,
  outputPath,
  outputsDirectory,
  outputSourcesPath,
  shipmentsDirectory,
  workspacesDirectory,
} from '../config/home-places.ts';
import { formatId, parseId } from '../domain/ids.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import { forgetOldText, isOutdatedOutput } from '../economy/privacy/forget-old-text.ts';
import { purgeAgent, type PurgedAgent } from '../economy/privacy/purge-agent.ts';
import { purgeRequest } from '../economy/privacy/purge-request.ts';
import { purgePrompt } from '../economy/privacy/purge-prompt.ts';
import { rewriteDatabase } from '../economy/privacy/rewrite-database.ts';
import { namesInSync } from '../platform/folder.ts';
import { findExecution } from '../economy/views/execution-view.ts';
import { blankLog } from './blanked-log.ts';
import type { Home } from './home.ts';
import { knownAgent } from './views/known-agent.ts';

/** What a purge has taken away, as scripts see it. */
export interface Purged {
  /** The agent, prompt or request; null for all that `history.days` keeps no longer. */
  readonly target: string | null;
  /** How many of each lost their text. */
  readonly removed: Readonly<Record<string, number>>;
  /** What is not over and keeps its text. */
  readonly kept: readonly string[];
  readonly workspace_removed: boolean;
  /** False where another process was reading the database all the time: its log is emptied when that has ended. */
  readonly log_emptied: boolean;
  /** Copies of the database in this home: what was there when they were made is in them. */
  readonly backups: number;
}

/**
 * Takes away all text of an agent that is over, wherever this home keeps it. `workspace`: its folder, too, which only the
 * dead leave; the caller holds the run lock then.
 * Refuses as `purgeAgent` does, and `agent_alive`.
 */
export function purgeTextOfAgent(
  home: Home,
  agentId: string,
  { workspace }: { readonly workspace: boolean },
): Result<Purged> {
  const { economy, directory } = home;
  if (workspace) {
    const agent = knownAgent(economy, agentId);
    if (!agent.ok) return agent;
    if (agent.value.status !== 'dead')
      return refuse('agent_alive', `${agentId} is ${agent.value.status}; --workspace is for the dead`, {
        field: 'workspace',
      });
  }
  const purged = purgeAgent(economy, agentId);
  if (!purged.ok) return purged;
  const isOver = (executionId: number) => {
    const execution = findExecution(economy, executionId);
    return execution?.agentId === agentId && execution.state === 'settled';
  };
  const outputs = removeOutputs(directory, isOver);
  const log_lines = blankLog(directory, isOver);
  if (workspace) removeWorkspace(directory, agentId);
  return accept({
    target: agentId,
    removed: { ...purged.value.rows, outputs, log_lines },
    kept: keptOf(purged.value),
    workspace_removed: workspace,
    ...overwritten(home),
  });
}

/** Refuses as `purgePrompt` does. */
export function purgeTextOfPrompt(home: Home, promptId: number): Result<Purged> {
  const purged = purgePrompt(home.economy, promptId);
  if (!purged.ok) return purged;
  return accept({
    target: formatId('prompt', promptId),
    removed: { prompts: Number(purged.value.hadText) },
    kept: [],
    workspace_removed: false,
    ...overwritten(home),
  });
}

/** Refuses as `purgeRequest` does. */
export function purgeTextOfRequest(home: Home, requestId: number): Result<Purged> {
  const purged = purgeRequest(home.economy, requestId);
  if (!purged.ok) return purged;
  return accept({
    target: formatId('request', requestId),
    removed: { requests: Number(purged.value.hadText) },
    kept: [],
    workspace_removed: false,
    ...overwritten(home),
  });
}

/** All that `history.days` keeps no longer: what a `run` does step by step, at once. */
export function purgeOldText(home: Home): Purged {
  const { economy, directory } = home;
  let rows = 0;
  for (let step = forgetOldText(economy); step > 0; step = forgetOldText(economy)) rows += step;
  const outputs = removeOutputs(directory, (executionId) => isOutdatedOutput(economy, executionId));
  return {
    target: null,
    removed: { rows, outputs },
    kept: [],
    workspace_removed: false,
    ...overwritten(home),
  };
}

/** Also where nothing was taken away now: an earlier purge may have been cut off before this. */
function overwritten({ economy, directory }: Home): Pick<Purged, 'log_emptied' | 'backups'> {
  return {
    log_emptied: rewriteDatabase(economy),
    backups: namesInSync(backupsDirectory(databasePath(directory))).filter((name) => name.endsWith('.db')).length,
  };
}

function keptOf({ executionId, waitingPrompts, pendingBids, unreadMessages }: PurgedAgent): readonly string[] {
  return [
    ...(executionId === undefined ? [] : [formatId('execution', executionId)]),
    ...waitingPrompts.map((id) => formatId('prompt', id)),
    ...pendingBids.map((id) => formatId('bid', id)),
    ...unreadMessages.map((id) => formatId('message', id)),
  ];
}

function removeOutputs(home: string, isMeant: (executionId: number) => boolean): number {
  let removed = 0;
  for (const name of namesInSync(outputsDirectory(home))) {
    const id = parseId('execution', name.replace(/\.log$/, ''));
    if (!id.ok || !isMeant(id.value)) continue;
    const path = outputPath(home, formatId('execution', id.value));
    rmSync(outputSourcesPath(path), { force: true });
    rmSync(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** The folder, and what is known of a copy of it that an engine has. */
function removeWorkspace(home: string, agentId: string): void {
  const folder = `agent-${agentId}`;
  rmSync(join(workspacesDirectory(home), folder), { recursive: true, force: true });
  for (const name of namesInSync(installsDirectory(home)))
    if (name.startsWith(`${folder}.`)) rmSync(join(installsDirectory(home), name), { recursive: true, force: true });
  for (const name of namesInSync(shipmentsDirectory(home)))
    if (name.startsWith(`${folder}.`)) rmSync(join(shipmentsDirectory(home), name), { force: true });
}
