import { Option, type Command } from 'commander';
import { TRANSFER_KINDS, type TransferKind } from '../../domain/ledger.ts';
import { transferList, type TransferView } from '../../operator/views/transfer-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly agent?: string;
  readonly kind?: TransferKind;
}

const COLUMNS: readonly Column<TransferView>[] = [
  { title: 'transfer', value: ({ id }) => id },
  { title: 'cycle', value: ({ cycle }) => cycle, right: true },
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'type', value: ({ type }) => type },
  { title: 'from', value: ({ debit }) => debit },
  { title: 'to', value: ({ credit }) => credit },
  { title: 'amount', value: ({ amount }) => amount, right: true },
  { title: 'for', value: ({ ref }) => ref },
  { title: 'memo', value: ({ memo }) => memo },
];

export function addTransfers(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--agent <id>', 'only those that this agent pays or is paid')
    .addOption(new Option('--kind <kind>', 'only these').choices(TRANSFER_KINDS))
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const { json, agent, kind } = options;
      const views = await withHome(deps, command, ({ economy }) =>
        valueOf(transferList(economy, { limit, agent, kind })),
      );
      printList(deps, views, { json, columns: COLUMNS, limit, none: 'no transfers' });
    });
}
