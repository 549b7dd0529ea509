import type { Command } from 'commander';
import type { RequestView } from '../../economy/views/request-view.ts';
import { requestList } from '../../operator/views/request-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import { printLines, type Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly all?: boolean;
}

export const REQUEST_COLUMNS: readonly Column<RequestView>[] = [
  { title: 'request', value: ({ id }) => id },
  { title: 'status', value: ({ status }) => status },
  { title: 'until', value: ({ until }) => until },
  { title: 'files', value: ({ files }) => files.length, right: true },
  { title: 'prompts', value: ({ prompts }) => prompts, right: true },
  { title: 'answered by', value: ({ answered_by: answer }) => answer },
  { title: 'text', value: ({ text }) => text ?? '(purged)' },
];

export function addRequests(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--all', 'the closed ones, too')
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const { json, all = false } = options;
      const limit = limitOf(options);
      const requests = await withHome(deps, command, ({ economy }) => valueOf(requestList(economy, { limit, all })));
      const none = all ? 'no requests' : 'no request is open: bp-agents ask publishes one';
      printList(deps, requests, { json, columns: REQUEST_COLUMNS, limit, none });
    });
}

/** What was asked for is done all the same. */
export function printLeftOver({ stderr }: Pick<CliDeps, 'stderr'>, leftOver: string | undefined): void {
  if (leftOver !== undefined)
    printLines(stderr, [`bp-agents: files of closed requests could not be removed: ${leftOver}`]);
}
