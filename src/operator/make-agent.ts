import { join, resolve } from 'node:path';
import { OPERATOR_FILES } from '../economy/agents/agent-files.ts';
import { bootstrapAgent, type BootstrappedAgent } from '../economy/agents/bootstrap-agent.ts';
import { toCredits, type MicroCredits } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import { accept, type Result } from '../domain/refusal.ts';
import type { Bundle } from '../domain/resources.ts';
import type { Home } from './home.ts';
import { layWhereAtRest, type Laying, type Workspaces } from './lay-files.ts';
import { layingView } from './update-agent.ts';
import { readWorkspaceFolder, type WorkspaceFolder } from './workspace-folder.ts';
import { bundleOf, checkSellable, lackingOf } from './templates/lacking.ts';
import { FolderShelf } from './templates/template-shelf.ts';
import { findAgent } from '../economy/views/agent-view.ts';

/** The agent that `bootstrap` makes when it isn't told another id. */
export const GENESIS = 'genesis';

export interface AgentOrder {
  readonly id: string;
  /** The operator's folder; by default the Genesis program, or what a revived agent has. */
  readonly from?: string | undefined;
  /** Files that were changed since they were given give way to these, too. */
  readonly overwrites?: boolean | undefined;
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

/**
 * Makes a root agent, or revives a dead one. Refuses what `bootstrapAgent` and `readWorkspaceFolder` refuse, and of one that
 * keeps the files of a template what `checkSellable` does.
 */
export function makeAgent(deps: MakeAgentDeps, home: Home, order: AgentOrder): Result<MadeAgent> {
  const { economy } = home;
  const { from, overwrites = false, ...rest } = order;
  const isKnown = findAgent(economy, order.id) !== undefined;
  const keepsItsFiles = from === undefined && isKnown && order.id !== GENESIS;
  const source = from === undefined ? join(deps.runtimeDirectory, GENESIS) : resolve(deps.directory, from);
  const folder = keepsItsFiles ? accept(NO_FILES) : readWorkspaceFolder(source, OPERATOR_FILES);
  if (!folder.ok) return folder;
  const files = keepsItsFiles ? undefined : folder.value.files;
  const needed = keepsItsFiles && !order.bundle ? neededBundle(deps, home, order.id) : NOTHING_NEEDED;
  if (!needed.ok) return needed;
  const made = bootstrapAgent(economy, { ...rest, bundle: order.bundle ?? needed.value, files, overwrites });
  return made.ok ? accept({ ...made.value, folder: folder.value }) : made;
}

/** What the template of an agent needs for a life; undefined where it has none, or none that is still there. */
function neededBundle(
  { runtimeDirectory }: MakeAgentDeps,
  { economy, config }: Home,
  id: string,
): Result<Bundle | undefined> {
  const name = findAgent(economy, id)?.template ?? null;
  const template = name === null ? undefined : new FolderShelf(runtimeDirectory).find(name);
  if (!template) return NOTHING_NEEDED;
  const { needs } = template.form;
  const sellable = checkSellable(template.name, lackingOf(needs, config, economy.derived));
  return sellable.ok ? accept(bundleOf(needs)) : sellable;
}

const NOTHING_NEEDED = accept<Bundle | undefined>(undefined);

/** The same, and lays the files of an agent that lives again at once, where its workspace is at rest. */
export async function makeAgentAndLay(
  deps: MakeAgentDeps & { readonly workspaces: Workspaces },
  home: Home,
  order: AgentOrder,
): Promise<Result<LaidAgent>> {
  // What a new one is given waits: there is nothing that it could come too late for.
  if (findAgent(home.economy, order.id) === undefined) return makeAgent(deps, home, order);
  const { given, laying } = await layWhereAtRest(deps.workspaces, home, order.id, () => makeAgent(deps, home, order));
  return given.ok ? accept({ ...given.value, laying }) : given;
}

export interface LaidAgent extends MadeAgent {
  readonly laying?: Laying | undefined;
}

const NO_FILES: WorkspaceFolder = { files: [], leftOut: [] };

export function madeAgentView(made: LaidAgent) {
  const { agentId, life, granted, bidId, amount, reserve, available, folder, laying } = made;
  return {
    agent_id: agentId,
    life,
    granted: toCredits(granted),
    bid_id: formatId('bid', bidId),
    amount: toCredits(amount),
    reserve: toCredits(reserve),
    available: toCredits(available),
    waits_for_human: made.waitsForHuman,
    files: folder.files.length,
    left_out: folder.leftOut,
    /** Where the agent lives again with files that it was given now, or before. */
    ...(laying && { laying: layingView(laying) }),
  };
}
