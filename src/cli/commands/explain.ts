import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import type { ExplainedCycle } from '../../economy/replay/explain-bid.ts';
import { bidExplained } from '../../operator/views/one-bid.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { LIMIT_OPTION, limitOf, withJson, type ListOptions } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';
import { BID_COLUMNS } from './bids.ts';

export function addExplain(command: Command, deps: CliDeps): void {
  withJson(command)
    .option(...LIMIT_OPTION)
    .action(async (text: string) => {
      const options = command.optsWithGlobals<ListOptions>();
      const id = valueOf(parseId('bid', text));
      const limit = limitOf(options);
      const view = await withHome(deps, command, ({ economy }) => valueOf(bidExplained(economy, id, limit)));
      if (options.json) printJson(deps.stdout, view);
      else
        printLines(deps.stdout, [
          ...tableLines([view.bid], BID_COLUMNS),
          '',
          ...(view.cycles.length === 0 ? ['no cycle in which it stood is on record'] : view.cycles.flatMap(lines)),
        ]);
    });
}

function lines(it: ExplainedCycle): readonly string[] {
  const place = it.rank === null ? 'did not compete' : `${ordinal(it.rank)} of ${it.competing}`;
  return [
    `cycle ${it.cycle}: ${it.fate}; ${place}`,
    ...(it.rank === null ? [] : [`  offered ${it.amount} for what cost ${it.reserve_cost} at the reserve`]),
    ...(it.before.length === 0
      ? []
      : [
          `  before it: ${it.before.map(({ bid, agent_id: agent, amount }) => `${bid} of ${agent} with ${amount}`).join(', ')}` +
            (it.before_count > it.before.length ? ` and ${it.before_count - it.before.length} more` : ''),
        ]),
    ...(it.rank === null ? [] : [`  ${leastLine(it)}`]),
  ];
}

function leastLine({ least_amount: least, set_by: rival }: ExplainedCycle): string {
  if (least === null) return 'no amount would have won: its bundle did not fit into what was free';
  return `the least that won or would have: ${least}, ${rival === null ? 'its reserve' : `to stand above ${rival}`}`;
}

function ordinal(place: number): string {
  const tail = place % 100 > 10 && place % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[place % 10] ?? 'th');
  return `${place}${tail}`;
}
