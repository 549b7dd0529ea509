import type { Command } from 'commander';
import { RESOURCES } from '../../domain/resources.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import { statusFromOutside, type statusView } from '../../economy/views/status-view.ts';
import { humanTimeText, spentNotice } from '../../domain/minutes-text.ts';
import { spendingLines } from '../../terminal/spending-lines.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';

export function addStatus(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const { status, isFresh } = await withHome(deps, command, ({ economy, directory }) => {
      const status = statusFromOutside(economy);
      return { status, isFresh: status.cycle === 0 && runningProcess(directory) === undefined };
    });
    if (json) printJson(deps.stdout, status);
    else printLines(deps.stdout, [...(isFresh ? [firstSteps(status)] : []), ...statusLines(status)]);
  });
}

/** All figures below are still nought. */
function firstSteps({ agents }: ReturnType<typeof statusView>): string {
  const genesis = agents.alive + agents.dormant + agents.dead === 0 ? 'bp-agents bootstrap makes genesis, ' : '';
  return `no run has been here yet: ${genesis}bp-agents run opens the market`;
}

function statusLines(status: ReturnType<typeof statusView>): readonly string[] {
  const { agents, credits, prompts, executions } = status;
  const state = status.paused === null ? '' : ` · paused: ${status.paused}`;
  const away = status.human_away ? ' · you count as away: bp-agents prompts' : '';
  const quiet = status.quiet_until === null ? '' : ` · quiet until ${status.quiet_until}`;
  const notice = spentNotice(status.human_time);
  return [
    `cycle ${status.cycle}${state}`,
    `agents      ${agents.alive} alive, ${agents.dormant} dormant, ${agents.dead} dead`,
    `credits     ${shown(credits.issued)} issued = ${shown(credits.held)} held + ${shown(credits.market)} market + ` +
      `${shown(credits.fees)} fees + ${shown(credits.burned)} burnt; ${shown(credits.pending)} of the held are bid`,
    `executions  ${executions.running} running, ${executions.settled} settled`,
    `prompts     ${prompts.open} open, ${prompts.queued} queued${away}${quiet}`,
    `your time   ${humanTimeText(status.human_time)}`,
    ...(notice === null ? [] : [`! ${notice}`]),
    ...spendingLines(status.spending),
    '',
    ...tableLines(
      RESOURCES.map((resource) => ({ resource, ...status.markets[resource] })),
      [
        { title: 'resource', value: ({ resource }) => resource },
        { title: 'price', value: ({ price }) => price, right: true },
        { title: 'supply', value: ({ supply }) => supply, right: true },
        { title: 'in use', value: ({ utilisation }) => `${Math.round(utilisation * 100)} %`, right: true },
      ],
    ),
  ];
}

function shown(credits: number): string {
  return credits.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
