import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { callList, type CallView } from '../../operator/views/call-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly execution?: string;
}

const COLUMNS: readonly Column<CallView>[] = [
  { title: 'call', value: ({ id }) => id, right: true },
  { title: 'execution', value: ({ execution_id: execution }) => execution },
  { title: 'provider', value: ({ provider }) => provider },
  { title: 'model', value: ({ model }) => model },
  { title: 'outcome', value: ({ outcome }) => outcome ?? 'goes on' },
  { title: 'input', value: ({ input_tokens: input, reported }) => counted(input, reported), right: true },
  { title: 'cached', value: ({ cached_tokens: cached }) => cached, right: true },
  { title: 'output', value: ({ output_tokens: output, reported }) => counted(output, reported), right: true },
  { title: 'billed', value: ({ billed }) => billed, right: true },
  { title: 'ms', value: ({ duration_ms: duration }) => duration, right: true },
  { title: 'detail', value: ({ detail }) => detail },
];

export function addCalls(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--execution <id>', 'only those of this execution')
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const { execution } = options;
      const executionId = execution === undefined ? undefined : valueOf(parseId('execution', execution));
      const views = await withHome(deps, command, ({ economy }) => valueOf(callList(economy, { limit, executionId })));
      printList(deps, views, { json: options.json, columns: COLUMNS, limit, none: 'no calls' });
    });
}

/** `~` stands before what the provider did not report. */
function counted(tokens: number | null, reported: boolean | null): string | null {
  return tokens === null ? null : `${reported === false ? '~' : ''}${tokens}`;
}
