import { Option, type Command } from 'commander';
import { OUTCOMES, type EssentialLimit, type Outcome } from '../../domain/execution.ts';
import type { ExecutionView } from '../../operator/views/execution-list.ts';
import { executionsWithOutput, type PrintingExecution } from '../../operator/views/executions-with-output.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import type { Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly agent?: string;
  readonly outcome?: Outcome;
}

export const EXECUTION_COLUMNS: readonly Column<ExecutionView>[] = [
  { title: 'execution', value: ({ id }) => id },
  { title: 'agent', value: ({ agent_id: agent }) => agent },
  { title: 'bid', value: ({ bid_id: bid, attempt }) => (attempt === 1 ? bid : `${bid}/${attempt}`) },
  { title: 'cycle', value: ({ cycle }) => cycle, right: true },
  { title: 'outcome', value: ({ outcome, state }) => outcome ?? state },
  { title: 'exit', value: ({ exit_code: code }) => code, right: true },
  { title: 'paid', value: ({ price_paid: price }) => price, right: true },
  { title: 'cpu s', value: (view) => budgetOf(view, 'cpu', 'cpu_seconds', 'cpu_seconds'), right: true },
  { title: 'MB', value: (view) => budgetOf(view, 'memory', 'memory_mb_peak', 'memory_mb'), right: true },
  { title: 'tokens', value: ({ used, bought }) => usedOf(used.tokens, bought.tokens), right: true },
  { title: 'wall s', value: ({ used }) => used.wall_seconds, right: true },
  { title: 'detail', value: detailText },
];

export function addExecutions(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--agent <id>', 'only those of this agent')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(OUTCOMES))
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const views = await withHome(deps, command, (home) => valueOf(executionsWithOutput(home, { ...options, limit })));
      const columns = views.some(lastWords) ? [...EXECUTION_COLUMNS, LAST_WORDS] : EXECUTION_COLUMNS;
      printList(deps, views, { json: options.json, columns, limit, none: 'no executions' });
    });
}

const LAST_WORDS: Column<PrintingExecution> = { title: 'last of stderr', value: lastWords };

/** Of one that went well nobody asks why. */
function lastWords({ outcome, stderr_last: line }: PrintingExecution): string | null {
  return outcome === 'completed' ? null : line;
}

function detailText(view: ExecutionView): string | null {
  const { detail, outcome } = view;
  const parts = [
    outcome === 'completed' ? null : detail,
    view.restart_bid === null ? null : `restarted by ${view.restart_bid}: ${idleReason(view)}`,
    view.left_idle ? `left idle: ${idleReason(view)}` : null,
  ];
  return parts.filter((part) => part !== null).join('; ') || null;
}

/** Why nothing is pending for its agent. */
export function idleReason({ refused_bid: refused }: Pick<ExecutionView, 'refused_bid'>): string {
  return refused === null ? 'no bid' : `bid refused, ${refused}`;
}

/** As `usedOf`; `(unheld)` where the engine did not hold it. */
function budgetOf(
  { used, bought, unheld }: ExecutionView,
  limit: EssentialLimit,
  usedKey: 'cpu_seconds' | 'memory_mb_peak',
  boughtKey: 'cpu_seconds' | 'memory_mb',
): string {
  const text = usedOf(used[usedKey], bought[boughtKey]);
  return unheld.includes(limit) ? `${text} (unheld)` : text;
}

/** `0.12 of 1`; a figure that could not be had is shown as `?`. */
function usedOf(used: number | null, bought: number): string {
  return `${used === null ? '?' : used.toLocaleString('en-US', { maximumFractionDigits: 3 })} of ${bought}`;
}
