import type { Command } from 'commander';
import { cycleView } from '../../economy/views/market-view.ts';
import type { CliDeps } from '../deps.ts';
import { withHome } from '../home.ts';
import { LIMIT_OPTION, limitOf, newestRows, printList, readHome, withJson, type ListOptions } from '../listing.ts';
import type { Column } from '../output.ts';

type View = ReturnType<typeof cycleView> & { readonly tokens: { readonly sold: number; readonly used: number } };

const COLUMNS: readonly Column<View>[] = [
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
      const views = await withHome(deps, command, (home) =>
        readHome(home, () => {
          const { cycles, executions } = home.economy.store;
          const page = (before: number, count: number) => cycles.page(before, count);
          return newestRows(page, limit, { numberOf: ({ cycle }) => cycle }).map((record): View => ({
            ...cycleView(record),
            tokens: executions.tokensOf(record.cycle),
          }));
        }),
      );
      printList(deps, views, { json: options.json, columns: COLUMNS, limit, none: 'no cycle has passed' });
    });
}
