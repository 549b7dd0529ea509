import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { callList, type CallView } from '../../operator/views/call-list.ts';
import type { CliDeps } from '../cli-deps.ts';
import { spendingList, type SpendingRow } from '../../operator/views/spending-list.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly execution?: string;
  readonly by?: string;
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
  { title: 'money', value: ({ money }) => money, right: true },
  { title: 'ms', value: ({ duration_ms: duration }) => duration, right: true },
  { title: 'detail', value: ({ detail }) => detail },
];

const SPENDING: readonly Column<SpendingRow>[] = [
  { title: 'calls', value: ({ calls }) => calls, right: true },
  { title: 'input', value: ({ input_tokens: input }) => input, right: true },
  { title: 'cached', value: ({ cached_tokens: cached }) => cached, right: true },
  { title: 'output', value: ({ output_tokens: output }) => output, right: true },
  { title: 'billed', value: ({ billed }) => billed, right: true },
  { title: 'money', value: ({ money }) => money, right: true },
  { title: 'billed today', value: ({ billed_today: billed }) => billed, right: true },
  { title: 'money today', value: ({ money_today: money }) => money, right: true },
];

export function addCalls(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--execution <id>', 'only those of this execution')
    .option('--by <agent|model>', 'what all calls cost, also those that are no longer listed, by agent or by model')
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      if (options.by !== undefined) {
        await printSpending(deps, command, options, options.by);
        return;
      }
      const limit = limitOf(options);
      const { execution } = options;
      const executionId = execution === undefined ? undefined : valueOf(parseId('execution', execution));
      const views = await withHome(deps, command, ({ economy }) => valueOf(callList(economy, { limit, executionId })));
      printList(deps, views, { json: options.json, columns: COLUMNS, limit, none: 'no calls' });
    });
}

async function printSpending(deps: CliDeps, command: Command, options: Options, by: string): Promise<void> {
  if (by !== 'agent' && by !== 'model') reject('invalid_value', '--by must be agent or model', { field: 'by' });
  if (options.execution !== undefined)
    reject('invalid_value', '--by is of all executions: leave --execution out', { field: 'by' });
  const limit = limitOf(options);
  const rows = await withHome(deps, command, ({ economy }) => valueOf(spendingList(economy, { by, limit })));
  const name: Column<SpendingRow> = { title: by, value: ({ agent_id: agent, model }) => agent ?? model ?? null };
  const shown = { json: options.json, columns: [name, ...SPENDING], limit, none: 'nothing was spent' };
  printList(deps, rows, { ...shown, order: 'dearest' });
}

/** `~` stands before what the provider did not report. */
function counted(tokens: number | null, reported: boolean | null): string | null {
  return tokens === null ? null : `${reported === false ? '~' : ''}${tokens}`;
}
