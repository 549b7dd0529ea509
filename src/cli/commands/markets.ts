import type { Command } from 'commander';
import { RESOURCES } from '../../domain/resources.ts';
import { marketStateView } from '../../economy/views/market-view.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';
import { snapshot } from '../../economy/snapshot.ts';

export function addMarkets(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const view = await withHome(deps, command, ({ economy }) => snapshot(economy, () => marketStateView(economy)));
    if (json) printJson(deps.stdout, view);
    else printLines(deps.stdout, lines(view));
  });
}

function lines(view: ReturnType<typeof marketStateView>): readonly string[] {
  const state = view.paused === null ? '' : ` · paused: ${view.paused}`;
  return [
    `cycle ${view.cycle} of ${view.cycle_seconds} s · ${view.mechanism} · ${view.pending_bids} ${view.pending_bids === 1 ? 'bid' : 'bids'} pending${state}`,
    `a bare execution costs ${view.bare_execution_cost}, a message ${view.message_fee}`,
    '',
    ...tableLines(
      RESOURCES.map((resource) => ({ resource, ...view.markets[resource] })),
      [
        { title: 'resource', value: ({ resource }) => resource },
        { title: 'price', value: ({ price }) => price, right: true },
        { title: 'start', value: ({ start_price: start }) => start, right: true },
        { title: 'supply', value: ({ supply }) => supply, right: true },
        { title: 'free', value: ({ free }) => free, right: true },
        { title: 'in use', value: ({ utilisation }) => percent(utilisation), right: true },
        {
          title: 'demand',
          value: ({ smoothed_demand: demand }) => (demand === null ? null : percent(demand)),
          right: true,
        },
      ],
    ),
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
