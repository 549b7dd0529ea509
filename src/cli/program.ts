import { Command, CommanderError } from 'commander';
import { addAgent } from './commands/agent.ts';
import { addAgents } from './commands/agents.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addBids } from './commands/bids.ts';
import { addBootstrap } from './commands/bootstrap.ts';
import { addCalls } from './commands/calls.ts';
import { addConfig } from './commands/config.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExecutions } from './commands/executions.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addHistory } from './commands/history.ts';
import { addImage } from './commands/image.ts';
import { addInit } from './commands/init.ts';
import { addLogs } from './commands/logs.ts';
import { addMarkets } from './commands/markets.ts';
import { addMeasures } from './commands/measures.ts';
import { addPrompts } from './commands/prompts.ts';
import { addReplay } from './commands/replay.ts';
import { addRestore } from './commands/restore.ts';
import { addRun } from './commands/run.ts';
import { addScore } from './commands/score.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSkip } from './commands/skip.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addSweep } from './commands/sweep.ts';
import type { CliDeps } from './deps.ts';
import { failureOf } from './failure.ts';
import { printLines } from './output.ts';

/** In the order in which the help lists them. */
const COMMANDS: readonly ((program: Command, deps: CliDeps) => void)[] = [
  addInit,
  addBootstrap,
  addRun,
  addStop,
  addPrompts,
  addScore,
  addSkip,
  addStatus,
  addAgents,
  addAgent,
  addMarkets,
  addBids,
  addExplain,
  addExecutions,
  addCalls,
  addLogs,
  addHistory,
  addReplay,
  addMeasures,
  addConfig,
  addAudit,
  addExport,
  addBackup,
  addRestore,
  addImage,
  addDoctor,
  addSimulate,
  addSweep,
];

const READER_GONE: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET', 'EIO'];

/** How a shell reports a program that ended on Ctrl-C. */
const INTERRUPTED = 130;

const EXIT_CODES = `
Exit codes: 0 done, 1 failed (also: audit, doctor or simulate found something), 2 wrong input.`;

/** The whole command line. Its actions throw; `runCli` makes lines and exit codes of that. */
export function createProgram(deps: CliDeps): Command {
  const program = new Command('bp-agents')
    .description('autonomous programs under a market: they bid for CPU, memory, tokens and your attention')
    .version(deps.version)
    .option('--home <dir>', 'where the economy lives (default: BP_HOME, or the current directory)')
    .option('--set <key.path=value>', 'override a value of bp-agents.yaml; repeatable', collect)
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      // What went wrong is told once, by `runCli`.
      writeErr: () => undefined,
    });
  for (const add of COMMANDS) add(program, deps);
  return program;
}

/** Runs one command line (`argv` as Node gives it) and returns the exit code. Never rejects. */
export async function runCli(deps: CliDeps, argv: readonly string[]): Promise<number> {
  let lost: Error | undefined;
  for (const stream of [deps.stdout, deps.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that went away, as in `| head`, is no failure; a full disk behind `>` is one.
      if (!READER_GONE.includes(error.code)) lost ??= error;
    });
  const program = createProgram(deps);
  try {
    await program.parseAsync(argv);
    await written(deps.stdout);
    if (lost !== undefined) throw lost;
    return 0;
  } catch (error) {
    // Without a command, commander means to write the help where errors go.
    if (error instanceof CommanderError && error.code === 'commander.help' && error.exitCode !== 0)
      program.outputHelp();
    if (isInterrupted(deps, error)) return INTERRUPTED;
    const { message, exitCode } = failureOf(error);
    if (message !== undefined) printLines(deps.stderr, [`bp-agents: ${message}`]);
    return exitCode;
  }
}

/** Resolves when everything was written, or couldn't be: the stream has told that with an event of its own. */
async function written(output: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    output.write('', () => resolve());
  });
}

/** The command ended because it was asked to, and had nothing to settle. */
function isInterrupted({ interrupt }: CliDeps, error: unknown): boolean {
  if (!interrupt.aborted) return false;
  return error === interrupt.reason || (error instanceof Error && error.name === 'AbortError');
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
