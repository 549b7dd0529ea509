import { Command, CommanderError } from 'commander';
import { COMMANDS, type ListedCommand } from './command-table.ts';
import type { CliDeps } from './cli-deps.ts';
import { failureOf } from './output/command-failure.ts';
import { ASK } from './completion/shell-scripts.ts';
import type { GlobalOptions } from './home/home-config.ts';
import { printJsonLine, printLines } from './output/printing.ts';

const READER_GONE: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET', 'EIO'];

/** How a shell reports a program that ended on Ctrl-C. */
const INTERRUPTED = 130;

const EXIT_CODES = `
Exit codes: 0 done, 1 failed (also: audit, doctor or simulate found something), 2 wrong input.`;

/** Runs one command line (`argv` as Node gives it) and returns the exit code. Never rejects. */
export async function runCli(deps: CliDeps, argv: readonly string[]): Promise<number> {
  let lost: Error | undefined;
  for (const stream of [deps.stdout, deps.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that went away, as in `| head`, is no failure; a full disk behind `>` is one.
      if (!READER_GONE.includes(error.code)) lost ??= error;
    });
  const program = createProgram(deps);
  const called = calledBy(program, argv);
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
    const { message, problem, exitCode } = failureOf(error);
    if (!called.isForProgram()) printLines(deps.stderr, message === undefined ? [] : [`bp-agents: ${message}`]);
    else if (problem) printJsonLine(deps.stderr, problem);
    return exitCode;
  }
}

/** Who is told of what goes wrong: with `--json` a program. What was typed decides until the command line is understood. */
function calledBy(program: Command, argv: readonly string[]): { isForProgram(): boolean } {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  let isForProgram = words.includes('--json');
  program.hook('preAction', (_, command) => {
    isForProgram = command.optsWithGlobals<GlobalOptions>().json === true;
  });
  return { isForProgram: () => isForProgram };
}

/**
 * The whole command line. Its actions throw, and `runCli` makes lines and exit codes of that. Only the command that is
 * called is loaded, since loading all of them costs many times what most of them do.
 */
function createProgram(deps: CliDeps): Command {
  const program = new Command('bp-agents')
    .description('autonomous programs under a market: they bid for CPU, memory, tokens and your attention')
    .version(deps.version)
    .option('--home <dir>', 'where the economy lives (default: BP_HOME, or the current directory)')
    .option('--set <key.path=value>', 'override a value of bp-agents.yaml; repeatable', collect)
    .addHelpText('after', EXIT_CODES)
    // How a command is called is known before its options are.
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      // What went wrong is told once, by `runCli`.
      writeErr: () => undefined,
    });
  const listed = new Map(COMMANDS.map((command) => [addListed(program, command), command]));
  const load = async (command: Command) => (await listed.get(command)?.load())?.(command, deps);
  addHelp(program, load);
  addHidden(program, deps, load);
  return program.hook('preSubcommand', (_, command) => load(command));
}

function addListed(program: Command, { name, description, arguments: given = [] }: ListedCommand): Command {
  const command = program.command(name).description(description);
  for (const argument of given) command.argument(...argument);
  return command;
}

/** Commander's own `help` shows a command as it is before it is loaded. */
function addHelp(program: Command, load: (command: Command) => Promise<unknown>): void {
  program
    .helpCommand(false)
    .command('help')
    .description('display help for command')
    .usage('[command]')
    .argument('[command]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (name: string | undefined) => {
      const command = program.commands.find((known) => known.name() === name);
      if (!command) return program.help({ error: name !== undefined });
      await load(command);
      command.help();
    });
}

/** What the completion of shells asks is loaded only then. */
function addHidden(program: Command, deps: CliDeps, load: (command: Command) => Promise<unknown>): void {
  const hidden = program.command(ASK, { hidden: true }).argument('[words...]');
  hidden
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const { printCompletions } = await import('./completion/print-completions.ts');
      await printCompletions(deps, program, load, words);
    });
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
