import { join, resolve } from 'node:path';
import { bootstrapAgent, OPERATOR_FILES, type BootstrappedAgent } from '../economy/agents/bootstrap-agent.ts';
import { toCredits, type MicroCredits } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import { accept, type Result } from '../domain/refusal.ts';
import type { Bundle } from '../domain/resources.ts';
import type { Home } from './home.ts';
import { readWorkspaceFolder, type WorkspaceFolder } from './workspace-folder.ts';
import { findAgent } from '../economy/views/agent-view.ts';

/** The agent that `bootstrap` makes when it isn't told another id. */
export const GENESIS = 'genesis';

export interface AgentOrder {
  readonly id: string;
  /** The operator's folder; by default the Genesis program, or what a revived agent has. */
  readonly from?: string | undefined;
  readonly credits?: MicroCredits | undefined;
  readonly amount?: MicroCredits | undefined;
  readonly bundle?: Bundle | undefined;
}

export interface MadeAgent extends BootstrappedAgent {
  readonly folder: WorkspaceFolder;
}

export interface MakeAgentDeps {
  /** Where a folder is looked for that isn't named by an absolute path. */
  readonly directory: string;
  /** The folder of `runtime/` in this package. */
  readonly runtimeDirectory: string;
}

/** Makes a root agent, or revives a dead one. Refuses what `bootstrapAgent` and `readWorkspaceFolder` refuse. */
export function makeAgent(deps: MakeAgentDeps, { economy }: Home, order: AgentOrder): Result<MadeAgent> {
  const { from, ...rest } = order;
  const isKnown = findAgent(economy, order.id) !== undefined;
  const keepsItsFiles = from === undefined && isKnown && order.id !== GENESIS;
  const source = from === undefined ? join(deps.runtimeDirectory, GENESIS) : resolve(deps.directory, from);
  const folder = keepsItsFiles ? accept(NO_FILES) : readWorkspaceFolder(source, OPERATOR_FILES);
  if (!folder.ok) return folder;
  const files = keepsItsFiles ? undefined : folder.value.files;
  const made = bootstrapAgent(economy, { ...rest, files });
  return made.ok ? accept({ ...made.value, folder: folder.value }) : made;
}

const NO_FILES: WorkspaceFolder = { files: [], leftOut: [] };

export function madeAgentView({ agentId, life, granted, bidId, amount, reserve, available, folder }: MadeAgent) {
  return {
    agent_id: agentId,
    life,
    granted: toCredits(granted),
    bid_id: formatId('bid', bidId),
    amount: toCredits(amount),
    reserve: toCredits(reserve),
    available: toCredits(available),
    files: folder.files.length,
    left_out: folder.leftOut,
  };
}
