import type { Command } from 'commander';
import { outputPath } from '../../config/home-places.ts';
import type { Execution } from '../../domain/execution.ts';
import { formatId, isAgentId } from '../../domain/ids.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import { findAgent } from '../../economy/views/agent-view.ts';
import { getExecution } from '../../economy/views/execution-view.ts';
import { hasLog, readSourcedLog, SourcedLineCutter } from '../../operator/execution-log.ts';
import { followLog } from '../../operator/followed-log.ts';
import type { Home } from '../../operator/home.ts';
import type { SourcedPiece } from '../../operator/output-sources.ts';
import { printingExecution } from '../../operator/kept-outputs.ts';
import { painted, wantsStyles } from '../../terminal/paint.ts';
import { sanitiseLine } from '../../terminal/sanitise.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly follow?: boolean;
}

/** How often is looked for the first execution of an agent. */
const LOOK_MS = 500;
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
        if (follow) await printLive(deps, home, await firstToPrint(deps, home, target));
        else print(deps, home, valueOf(printingExecution(home, target)), json);
      });
    });
}

function print(deps: CliDeps, { directory, economy }: Home, found: Execution, json: boolean): void {
  const id = formatId('execution', found.id);
  const path = outputPath(directory, id);
  if (json) printJson(deps.stdout, { execution_id: id, agent_id: found.agentId, ...textOf(path) });
  else if (!hasLog(path)) printLines(deps.stderr, [`${id} has printed nothing, or ${goneOf(economy, found)}`]);
  else {
    const printed = new PrintedOutput(deps);
    for (const piece of readSourcedLog(path)) printed.print(piece);
    printed.end();
  }
}

/** As `printingExecution`; where an agent that isn't dead has printed nothing, once it has an execution that may. */
async function firstToPrint({ clock, stderr, interrupt }: CliDeps, home: Home, target: string): Promise<Execution> {
  for (let isTold = false; ; isTold = true) {
    const found = printingExecution(home, target);
    const mayYet = !found.ok && isAgentId(target) && isNotDead(home.economy, target);
    if (!mayYet) return valueOf(found);
    if (!isTold) printLines(stderr, [`${target} has printed nothing that is still kept: waiting for it`]);
    await clock.sleep(LOOK_MS, interrupt);
  }
}

function isNotDead(economy: Home['economy'], agentId: string): boolean {
  const status = findAgent(economy, agentId)?.status;
  return status !== undefined && status !== 'dead';
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
  const printed = new PrintedOutput(deps);
  const signal = AbortSignal.any([interrupt, left.signal]);
  const pieces = followLog(path, { clock, signal, isOver: () => state() === 'settled' });
  try {
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) printed.print(next.value);
    printed.end();
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

/** An output's lines as they come. At a terminal those of stderr are dim. */
class PrintedOutput {
  readonly #cutter = new SourcedLineCutter(LINE_CHARS_MAX);
  readonly #stdout: CliDeps['stdout'];
  readonly #hasStyles: boolean;

  constructor({ stdout, environment }: Pick<CliDeps, 'stdout' | 'environment'>) {
    this.#stdout = stdout;
    this.#hasStyles = stdout.isTTY && wantsStyles(environment);
  }

  print(piece: SourcedPiece<string>): void {
    for (const line of this.#cutter.push(piece)) this.#show(line);
  }

  /** What no line break has ended. */
  end(): void {
    for (const line of this.#cutter.end()) this.#show(line);
  }

  #show({ content, source }: SourcedPiece<string>): void {
    if (source === 'stdout' || !this.#hasStyles) printLines(this.#stdout, [content]);
    else this.#stdout.write(`${painted([{ text: sanitiseLine(content, Infinity), style: 'dim' }], true)}\n`);
  }
}

interface OutputText {
  /** Null where there is none. */
  readonly output: string | null;
  /** Lines of it, from the first to the last of each, in which something came by stderr. The first line is 1. */
  readonly stderr_lines: readonly (readonly [number, number])[];
  readonly complete: boolean;
}

function textOf(path: string): OutputText {
  if (!hasLog(path)) return { output: null, stderr_lines: [], complete: true };
  const stderr: [number, number][] = [];
  let output = '';
  let line = 1;
  for (const { content, source } of readSourcedLog(path)) {
    const first = line;
    output += content;
    for (const character of content) if (character === '\n') line += 1;
    const last = content.endsWith('\n') ? line - 1 : line;
    const before = stderr.at(-1);
    if (output.length > JSON_CHARS_MAX) break;
    if (source === 'stdout' || content === '') continue;
    if (before && before[1] >= first - 1) before[1] = last;
    else stderr.push([first, last]);
  }
  const complete = output.length <= JSON_CHARS_MAX;
  return { output: complete ? output : output.slice(0, JSON_CHARS_MAX), stderr_lines: stderr, complete };
}
