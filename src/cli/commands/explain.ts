import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import type { BidView } from '../../operator/views/bid-list.ts';
import { bidExplained } from '../../operator/views/one-bid.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { attentionLines, explainLines } from '../output/explain-lines.ts';
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
          ...(view.cycles.length === 0 ? noCycle(view.bid) : explainLines(view.cycles)),
          ...(view.cycles.length === limit ? [`(the newest ${limit} cycles; more with --limit)`] : []),
          ...attentionLines(view.attention_now),
        ]);
    });
}

function noCycle({ amount, last_reason: reason, ended_cycle: cycle, reserve }: BidView): readonly string[] {
  if (amount > 0) return ['no cycle in which it stood is on record'];
  return [`${reason}, before cycle ${cycle} was cleared; of what its prompt earns at most ${reserve} is taken for it`];
}
