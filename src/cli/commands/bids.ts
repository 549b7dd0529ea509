import { Option, type Command } from 'commander';
import type { BidStatus } from '../../domain/bid.ts';
import { parseId } from '../../domain/ids.ts';
import { bidList, type BidView } from '../../operator/views/bid-list.ts';
import { bidWithFates } from '../../operator/views/one-bid.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import { printJson, printLines, tableLines, type Column } from '../output/printing.ts';

const STATUSES: readonly BidStatus[] = ['pending', 'won', 'withdrawn', 'expired', 'voided'];

interface Options extends ListOptions {
  readonly agent?: string;
  readonly status?: BidStatus;
}

export const BID_COLUMNS: readonly Column<BidView>[] = [
  { title: 'bid', value: ({ id }) => id },
  { title: 'agent', value: ({ agent_id: agent }) => agent },
  { title: 'payer', value: ({ agent_id: agent, payer }) => (payer === agent ? null : payer) },
  { title: 'cpu s', value: ({ bundle }) => bundle.cpu_seconds, right: true },
  { title: 'MB', value: ({ bundle }) => bundle.memory_mb, right: true },
  { title: 'tokens', value: ({ bundle }) => bundle.tokens, right: true },
  { title: 'att', value: ({ bundle }) => bundle.attention, right: true },
  { title: 'amount', value: ({ amount }) => amount, right: true },
  { title: 'paid', value: ({ price_paid: price }) => price, right: true },
  { title: 'status', value: ({ status }) => status },
  { title: 'try', value: ({ attempt }) => attempt, right: true },
  { title: 'passed', value: ({ passed_over: passed }) => passed, right: true },
  { title: 'order', value: ({ standing_order: order }) => order },
  { title: 'reason', value: ({ last_reason: reason }) => reason },
];

export function addBids(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--agent <id>', 'paid by or for this agent')
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option(...LIMIT_OPTION)
    .action(async (bid: string | undefined) => {
      const options = command.optsWithGlobals<Options>();
      if (bid !== undefined) await showBid(deps, command, bid);
      else await listBids(deps, command, options);
    });
}

async function listBids(deps: CliDeps, command: Command, options: Options): Promise<void> {
  const limit = limitOf(options);
  const views = await withHome(deps, command, ({ economy }) => valueOf(bidList(economy, { ...options, limit })));
  printList(deps, views, { json: options.json, columns: BID_COLUMNS, limit, none: 'no bids' });
}

async function showBid(deps: CliDeps, command: Command, text: string): Promise<void> {
  const { json } = command.optsWithGlobals<Options>();
  const id = valueOf(parseId('bid', text));
  const view = await withHome(deps, command, ({ economy }) => valueOf(bidWithFates(economy, id)));
  if (json) printJson(deps.stdout, view);
  else
    printLines(deps.stdout, [
      ...tableLines([view], BID_COLUMNS),
      '',
      ...view.fates.map(({ cycle, reason }) => `cycle ${cycle}: ${reason}`),
    ]);
}
