import { closeSync, fstatSync, readSync } from 'node:fs';
import { outputPath, outputsDirectory } from '../config/home-places.ts';
import type { Execution } from '../domain/execution.ts';
import { formatId, isAgentId, parseId } from '../domain/ids.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import { executionsBefore } from '../economy/views/execution-view.ts';
import { BpError } from '../platform/errors.ts';
import { namesInSync } from '../platform/folder.ts';
import { openLog } from './opened-log.ts';
import type { Home } from './home.ts';
import { stderrIn } from './output-sources.ts';
import { knownAgent } from './views/known-agent.ts';
import { knownExecution } from './views/known-execution.ts';

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
function newestWithOutput(economy: Economy, home: string, agentId: string): Execution | undefined {
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
 * An execution, or the newest of an agent that has printed something. Refuses: `invalid_id`, `execution_not_found`,
 * `agent_not_found`.
 */
export function printingExecution({ economy, directory }: KeptHome, target: string): Result<Execution> {
  const number = parseId('execution', target);
  if (number.ok) return knownExecution(economy, number.value);
  const field = 'target';
  if (!isAgentId(target))
    return refuse('invalid_id', 'expected an execution such as exe_17, or an agent such as genesis', { field });
  const agent = knownAgent(economy, target);
  if (!agent.ok) return agent;
  const found = newestWithOutput(economy, directory, agent.value.id);
  if (found) return accept(found);
  return refuse('execution_not_found', `no execution of ${target} has printed anything that is still kept`, { field });
}

type KeptHome = Pick<Home, 'economy' | 'directory'>;

/** The end of what an execution printed, as it was written; null where nothing was printed or is kept. */
export function outputTail(home: string, executionId: number, bytes: number): string | null {
  return endOf(outputPath(home, formatId('execution', executionId)), bytes) || null;
}

/** The last lines that an execution printed, as it was written: of a very long one its end. */
export interface LastLines {
  /** By whatever output. */
  readonly output: string | null;
  readonly stderr: string | null;
}

const NONE: LastLines = { output: null, stderr: null };

/** Null where nothing was printed or is kept, and where what stands there is no file. Not sanitised. */
export function lastLines(home: string, executionId: number): LastLines {
  const path = outputPath(home, formatId('execution', executionId));
  try {
    return { output: lastLineOf(endOf(path)), stderr: lastLineOf(endOfStderr(path)) };
  } catch (error) {
    if (error instanceof BpError) return NONE;
    throw error;
  }
}

function lastLineOf(text: string): string | null {
  return (
    text
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) || null
  );
}

function endOfStderr(path: string): string {
  const file = openLog(path);
  if (file === undefined) return '';
  try {
    const spans = stderrIn(path, fstatSync(file).size);
    const pieces: Buffer[] = [];
    let room = TAIL_BYTES;
    let isAll = true;
    for (const { from, upTo } of spans.toReversed()) {
      const piece = Buffer.alloc(Math.min(room, upTo - from));
      pieces.unshift(piece.subarray(0, readSync(file, piece, 0, piece.length, upTo - piece.length)));
      room -= piece.length;
      isAll &&= piece.length === upTo - from;
      if (room === 0) break;
    }
    const text = Buffer.concat(pieces).toString('utf8');
    return isAll ? text : `…${text}`;
  } finally {
    closeSync(file);
  }
}

function endOf(path: string, bytesMax = TAIL_BYTES): string {
  const file = openLog(path);
  if (file === undefined) return '';
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - bytesMax);
    const buffer = Buffer.alloc(Math.min(size, bytesMax));
    const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from)).toString('utf8');
    return from === 0 ? text : `…${text}`;
  } finally {
    closeSync(file);
  }
}
