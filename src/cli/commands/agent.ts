import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { installedDirectory } from '../../config/home-places.ts';
import { wholeAgent, type WholeAgent } from '../../operator/views/whole-agent.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { shortList } from '../output/laying-lines.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';
import { addAgentInstall } from './agent-install.ts';
import { addAgentNew } from './agent-new.ts';
import { addAgentTemplates } from './agent-templates.ts';
import { addAgentUpdate } from './agent-update.ts';
import { AGENT_COLUMNS } from './agents.ts';
import { BID_COLUMNS } from './bids.ts';
import { EXECUTION_COLUMNS, idleReason } from './executions.ts';
import { promptColumns } from './prompts.ts';

export function addAgent(command: Command, deps: CliDeps): void {
  addAgentNew(command, deps);
  addAgentTemplates(command, deps);
  addAgentInstall(command, deps);
  addAgentUpdate(command, deps);
  withJson(command).action(async (id: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const view = await withHome(deps, command, ({ economy, directory }) => {
      const agent = valueOf(wholeAgent(economy, id));
      return { ...agent, installed_waits: existsSync(installedDirectory(directory, `agent-${agent.id}`)) };
    });
    if (json) printJson(deps.stdout, view);
    else printLines(deps.stdout, lines(view));
  });
}

/** `installed_waits`: packages that were installed are laid down before its next execution. */
type ShownAgent = WholeAgent & { readonly installed_waits: boolean };

function lines(view: ShownAgent): readonly string[] {
  const { last_bids: bids, last_executions: executions, last_prompts: prompts } = view;
  const facts = [
    `life ${view.life}`,
    `root ${view.lineage}`,
    ...(view.template === null ? [] : [`made of ${view.template}`]),
    ...royaltyFacts(view),
    `${view.used_cpu_seconds.toLocaleString('en-US', { maximumFractionDigits: 3 })} CPU s used`,
    ...(view.used_tokens === 0 ? [] : [`${view.used_tokens.toLocaleString('en-US')} tokens used`]),
    ...(view.died_cycle === null ? [] : [`died in cycle ${view.died_cycle}`]),
    ...(view.purged_at === null ? [] : [`text purged ${view.purged_at}`]),
    ...orderFacts(view),
    ...(view.waits_for_lot ? ["can't pay for attention: waits to be drawn by lot"] : []),
    ...idleFacts(view),
    ...installFacts(view),
    ...(view.dormant_since_cycle === null ? [] : [`dormant since cycle ${view.dormant_since_cycle}`]),
  ];
  return [
    ...tableLines([view], AGENT_COLUMNS),
    facts.join(' · '),
    ...filesLines(view),
    ...(bids.length > 0 ? ['', ...tableLines(bids, BID_COLUMNS)] : []),
    ...(executions.length > 0 ? ['', ...tableLines(executions, EXECUTION_COLUMNS)] : []),
    ...(prompts.length > 0 ? ['', ...tableLines(prompts, promptColumns(prompts))] : []),
  ];
}

function royaltyFacts({ royalty, royalty_to: to, royalties_received: received }: WholeAgent): readonly string[] {
  return [
    ...(to === null ? [] : [`owes ${royalty} of its rewards to ${to}`]),
    ...(received === 0 ? [] : [`${received.toLocaleString('en-US')} credits of royalties`]),
  ];
}

function filesLines({ waiting_files: waiting, kept_files: kept }: WholeAgent): readonly string[] {
  return [
    ...(waiting
      ? [`${waitFor(waiting.count)} before its next execution: ${shortList(waiting.paths, waiting.count)}`]
      : []),
    ...(kept.length > 0 ? [`kept, since changed after they were given: ${shortList(kept)}`] : []),
  ];
}

function waitFor(files: number): string {
  return files === 1 ? '1 file waits to be laid' : `${files} files wait to be laid`;
}

function installFacts({
  id,
  installing,
  installed_waits: waits,
  needs_install: needed,
}: ShownAgent): readonly string[] {
  if (installing) return ['rests while its packages are installed'];
  if (waits) return ['its packages wait to be laid down before its next execution'];
  return needed ? [`needs packages that are not installed: bp-agents agent install ${id}`] : [];
}

function orderFacts({ standing_order: order }: WholeAgent): readonly string[] {
  if (order === null) return [];
  const { id, until_cycle: until, paid_today: paid, credits_per_day: most } = order;
  return [
    `${id} is placed again until cycle ${until}${order.waits ? ' (waits)' : ''}: ${paid} of ${most} credits today`,
  ];
}

/** Told of the last execution only, and only while nothing has come since. */
function idleFacts({ status, last_bids: bids, last_executions: executions }: WholeAgent): readonly string[] {
  const last = executions.at(-1);
  if (
    last &&
    last.restart_bid !== null &&
    bids.some(({ id, status }) => id === last.restart_bid && status === 'pending')
  )
    return [`restarted by ${last.restart_bid} after ${last.id} (${idleReason(last)})`];
  if (!last?.left_idle || status === 'dead' || bids.some((bid) => bid.status === 'pending')) return [];
  return [`nothing pending since ${last.id} (${idleReason(last)})`];
}
