import type { Command } from 'commander';
import { messageList, type SentMessageView } from '../../operator/views/message-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly agent?: string;
}

const COLUMNS: readonly Column<SentMessageView>[] = [
  { title: 'message', value: ({ id }) => id },
  { title: 'from', value: ({ from }) => from },
  { title: 'to', value: ({ to }) => to },
  { title: 'cycle', value: ({ cycle }) => cycle, right: true },
  { title: 'read by', value: ({ read_by: execution }) => execution },
  { title: 'text', value: ({ content }) => content },
];

export function addMessages(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--agent <id>', 'only those from or to this agent')
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const { json, agent } = options;
      const views = await withHome(deps, command, ({ economy }) => valueOf(messageList(economy, { limit, agent })));
      printList(deps, views, { json, columns: COLUMNS, limit, none: 'no messages' });
    });
}
