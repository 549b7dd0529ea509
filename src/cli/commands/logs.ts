import type { Command } from 'commander';
import { outputPath } from '../../config/home-places.ts';
import type { Execution } from '../../domain/execution.ts';
import { formatId } from '../../domain/ids.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import { findAgent } from '../../economy/views/agent-view.ts';
import { getExecution } from '../../economy/views/execution-view.ts';
import { hasLog, LineCutter, linesOf, readLog } from '../../operator/execution-log.ts';
import { followLog } from '../../operator/followed-log.ts';
import type { Home } from '../../operator/home.ts';
import { printingExecution } from '../../operator/kept-outputs.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly follow?: boolean;
}

const LINE_CHARS_MAX = 10_000;
/** `sandbox.output_bytes_max` keeps logs far smaller, unless somebody raised it. */
const JSON_CHARS_MAX = 16_777_216;

export function addLogs(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('-f, --follow', 'go on while it runs')
    .action(async (target: string) => {
      const { json = false, follow = false } = command.optsWithGlobals<Options>();
      if (json && follow)
        reject('invalid_value', '--follow prints lines as they come: leave --json out', { field: 'follow' });
      await withHome(deps, command, async (home) => {
        const found = valueOf(printingExecution(home, target));
        if (follow) await printLive(deps, home, found);
        else print(deps, home, found, json);
      });
    });
}

function print(deps: CliDeps, { directory, economy }: Home, found: Execution, json: boolean): void {
  const id = formatId('execution', found.id);
  const path = outputPath(directory, id);
  if (json) printJson(deps.stdout, { execution_id: id, agent_id: found.agentId, ...textOf(path) });
  else if (!hasLog(path)) printLines(deps.stderr, [`${id} has printed nothing, or ${goneOf(economy, found)}`]);
  else for (const line of linesOf(readLog(path), LINE_CHARS_MAX)) printLines(deps.stdout, [line]);
}

/** Ends with the execution, with Ctrl-C, and where nobody reads any more. What is not its output goes to stderr. */
async function printLive(deps: CliDeps, { directory, economy }: Home, found: Execution): Promise<void> {
  const { clock, stdout, stderr, interrupt } = deps;
  const id = formatId('execution', found.id);
  const path = outputPath(directory, id);
  const state = () => getExecution(economy, found.id).state;
  if (state() !== 'settled' && runningProcess(directory) === undefined)
    printLines(stderr, [`${id} has not ended, but no run is going on: waiting for one`]);
  const left = new AbortController();
  const leave = () => left.abort();
  stdout.once('error', leave);
  const cutter = new LineCutter(LINE_CHARS_MAX);
  const signal = AbortSignal.any([interrupt, left.signal]);
  const pieces = followLog(path, { clock, signal, isOver: () => state() === 'settled' });
  try {
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next())
      for (const line of cutter.push(next.value)) printLines(stdout, [line]);
    for (const line of cutter.end()) printLines(stdout, [line]);
    printLines(stderr, [next.value === 'over' ? endOf(economy, found.id) : `what ${id} prints is kept no longer`]);
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    stdout.off('error', leave);
  }
}

function endOf(economy: Home['economy'], executionId: number): string {
  const { outcome, detail } = getExecution(economy, executionId);
  return `${formatId('execution', executionId)} has ended: ${outcome}${outcome === 'completed' ? '' : `, ${detail}`}`;
}

/** Why nothing is there of what it may have printed. */
function goneOf(economy: Home['economy'], { agentId }: Execution): string {
  const isPurged = (findAgent(economy, agentId)?.purgedAt ?? null) !== null;
  return isPurged ? 'what it printed was purged' : 'nothing that is still kept';
}

/** `output` is null where there is none. */
function textOf(path: string): { readonly output: string | null; readonly complete: boolean } {
  if (!hasLog(path)) return { output: null, complete: true };
  let output = '';
  for (const piece of readLog(path)) {
    output += piece;
    if (output.length > JSON_CHARS_MAX) return { output: output.slice(0, JSON_CHARS_MAX), complete: false };
  }
  return { output, complete: true };
}
