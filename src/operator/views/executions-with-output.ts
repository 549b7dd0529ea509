import { accept, type Result } from '../../domain/refusal.ts';
import { parseId } from '../../domain/ids.ts';
import { keptOutputs, lastLines, type LastLines } from '../kept-outputs.ts';
import type { Home } from '../home.ts';
import { executionList, type ExecutionQuery, type ExecutionView } from './execution-list.ts';

/** With the last line that it printed, and the last of what came by stderr; null where none is kept. */
export type PrintingExecution = ExecutionView & {
  readonly output_last: string | null;
  readonly stderr_last: string | null;
};

const LINE_CHARS_MAX = 1000;

/** `executionList` with the last lines of each. Refuses as that does. */
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
      const last: Partial<LastLines> = id.ok && kept.has(id.value) ? lastLines(directory, id.value) : {};
      return { ...view, output_last: cut(last.output), stderr_last: cut(last.stderr) };
    }),
  );
}

function cut(line: string | null | undefined): string | null {
  return line?.slice(0, LINE_CHARS_MAX) ?? null;
}
