import { closeSync, fstatSync, readSync } from 'node:fs';
import { outputPath, outputsDirectory } from '../config/home-places.ts';
import type { Execution } from '../domain/execution.ts';
import { formatId, parseId } from '../domain/ids.ts';
import type { Economy } from '../economy/economy.ts';
import { executionsBefore } from '../economy/views/execution-view.ts';
import { BpError } from '../platform/errors.ts';
import { namesInSync } from '../platform/folder.ts';
import { openLog } from './execution-log.ts';

const PAGE_ROWS = 100;
/** Where the last line of an output is looked for. */
const TAIL_BYTES = 4096;
const SUFFIX = '.log';

/** The executions of which output is kept, by number. Reads one folder, of at most `sandbox.outputs_max` files. */
export function keptOutputs(home: string): ReadonlySet<number> {
  return new Set(
    namesInSync(outputsDirectory(home)).flatMap((name) => {
      const id = parseId('execution', name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : '');
      return id.ok ? [id.value] : [];
    }),
  );
}

/** The newest execution of an agent that has output, or that runs and may have some soon. */
export function newestWithOutput(economy: Economy, home: string, agentId: string): Execution | undefined {
  const kept = keptOutputs(home);
  const oldest = kept.size === 0 ? Infinity : [...kept].reduce((least, id) => Math.min(least, id));
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = executionsBefore(economy, before, PAGE_ROWS, agentId);
    const found = page.find(({ id, state }) => kept.has(id) || state !== 'settled');
    const last = page.at(-1);
    if (found || last === undefined || page.length < PAGE_ROWS || last.id < oldest) return found;
    before = last.id;
  }
}

/**
 * The last line that an execution printed, as it was written: not sanitised; of a very long one its end. Null where
 * nothing was printed or is kept, and where what stands there is no file.
 */
export function lastLine(home: string, executionId: number): string | null {
  try {
    const end = endOf(outputPath(home, formatId('execution', executionId)));
    return (
      end
        .trimEnd()
        .split(/[\r\n]+/)
        .at(-1) || null
    );
  } catch (error) {
    if (error instanceof BpError) return null;
    throw error;
  }
}

function endOf(path: string): string {
  const file = openLog(path);
  if (file === undefined) return '';
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from)).toString('utf8');
    return from === 0 ? text : `…${text}`;
  } finally {
    closeSync(file);
  }
}
