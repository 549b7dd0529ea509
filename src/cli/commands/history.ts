import type { Command } from 'commander';
import { cycleList, type HistoricCycle } from '../../operator/views/cycle-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

const COLUMNS: readonly Column<HistoricCycle>[] = [
  { title: 'cycle', value: ({ cycle }) => cycle, right: true },
  { title: 'at', value: ({ at }) => at },
  { title: 'ms', value: ({ duration_ms: duration }) => duration, right: true },
  { title: 'bids', value: ({ bids }) => bids, right: true },
  { title: 'competing', value: ({ competing }) => competing, right: true },
  { title: 'won', value: ({ winners }) => winners, right: true },
  { title: 'expired', value: ({ expired }) => expired, right: true },
  { title: 'revenue', value: ({ revenue }) => revenue, right: true },
  {
    title: 'tokens',
    value: ({ tokens }) => (tokens.sold === 0 ? null : `${tokens.used} of ${tokens.sold}`),
    right: true,
  },
  { title: 'state', value: ({ paused }) => (paused ? 'paused' : null) },
];

export function addHistory(command: Command, deps: CliDeps): void {
  withJson(command)
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<ListOptions>();
      const limit = limitOf(options);
      const views = await withHome(deps, command, ({ economy }) => valueOf(cycleList(economy, { limit })));
      printList(deps, views, { json: options.json, columns: COLUMNS, limit, none: 'no cycle has passed' });
    });
}
