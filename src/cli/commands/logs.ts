import type { Command } from 'commander';
import { outputPath } from '../../config/home-places.ts';
import type { Execution } from '../../domain/execution.ts';
import { formatId, parseId } from '../../domain/ids.ts';
import { findAgent } from '../../economy/views/agent-view.ts';
import { hasLog, linesOf, readLog } from '../../operator/execution-log.ts';
import type { Home } from '../../operator/home.ts';
import { knownExecution } from '../../operator/views/known-execution.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

const LINE_CHARS_MAX = 10_000;
/** `sandbox.output_bytes_max` keeps logs far smaller, unless somebody raised it. */
const JSON_CHARS_MAX = 16_777_216;

export function addLogs(command: Command, deps: CliDeps): void {
  withJson(command).action(async (execution: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const number = valueOf(parseId('execution', execution));
    await withHome(deps, command, ({ directory, economy }) => {
      const id = formatId('execution', number);
      const found = valueOf(knownExecution(economy, number));
      const path = outputPath(directory, id);
      if (json) printJson(deps.stdout, { execution_id: id, agent_id: found.agentId, ...textOf(path) });
      else if (!hasLog(path)) printLines(deps.stderr, [`${id} has printed nothing, or ${goneOf(economy, found)}`]);
      else for (const line of linesOf(readLog(path), LINE_CHARS_MAX)) printLines(deps.stdout, [line]);
    });
  });
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
