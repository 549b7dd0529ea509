import { accept, type Result } from '../../domain/refusal.ts';
import { parseId } from '../../domain/ids.ts';
import { keptOutputs, lastLine } from '../kept-outputs.ts';
import type { Home } from '../home.ts';
import { executionList, type ExecutionQuery, type ExecutionView } from './execution-list.ts';

/** `output_last`: the last line that it printed, to stdout or stderr, which are one; null where none is kept. */
export type PrintingExecution = ExecutionView & { readonly output_last: string | null };

const LINE_CHARS_MAX = 1000;

/** `executionList` with the last line of each. Refuses as that does. */
export function executionsWithOutput(
  { economy, directory }: Pick<Home, 'economy' | 'directory'>,
  query: ExecutionQuery,
): Result<readonly PrintingExecution[]> {
  const executions = executionList(economy, query);
  if (!executions.ok) return executions;
  const kept = keptOutputs(directory);
  return accept(
    executions.value.map((view) => {
      const id = parseId('execution', view.id);
      const line = id.ok && kept.has(id.value) ? lastLine(directory, id.value) : null;
      return { ...view, output_last: line?.slice(0, LINE_CHARS_MAX) ?? null };
    }),
  );
}
