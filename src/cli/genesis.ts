import { join, resolve } from 'node:path';
import { bootstrapAgent, OPERATOR_FILES, type BootstrappedAgent } from '../economy/bootstrap-agent.ts';
import type { MicroCredits } from '../domain/credits.ts';
import { formatCredits, toCredits } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import type { Bundle } from '../domain/resources.ts';
import type { CliDeps, Home } from './deps.ts';
import { valueOf } from './failure.ts';
import { readWorkspaceFolder, type WorkspaceFolder } from './workspace-folder.ts';

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

/** Makes a root agent, or revives a dead one. Throws `Refused` as `bootstrapAgent` and `readWorkspaceFolder` refuse. */
export function makeAgent(deps: CliDeps, { economy }: Home, order: AgentOrder): MadeAgent {
  const { from, ...rest } = order;
  const isKnown = economy.store.agents.find(order.id) !== undefined;
  const keepsItsFiles = from === undefined && isKnown && order.id !== GENESIS;
  const source = from === undefined ? join(deps.runtimeDirectory, GENESIS) : resolve(deps.directory, from);
  const folder = keepsItsFiles ? { files: [], leftOut: [] } : readWorkspaceFolder(source, OPERATOR_FILES);
  const files = keepsItsFiles ? undefined : folder.files;
  return { ...valueOf(bootstrapAgent(economy, { ...rest, files })), folder };
}

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

export function madeAgentLines({ agentId, life, granted, bidId, amount, folder }: MadeAgent): readonly string[] {
  const born = life === 1 ? `${agentId} is made` : `${agentId} lives again (life ${life})`;
  const { leftOut } = folder;
  return [
    `${born} with ${formatCredits(granted)} credits; ${formatId('bid', bidId)} offers ${formatCredits(amount)} for its first execution`,
    ...(leftOut.length > 0
      ? [`left out: ${leftOut.slice(0, 5).join(', ')}${leftOut.length > 5 ? ` and ${leftOut.length - 5} more` : ''}`]
      : []),
  ];
}
