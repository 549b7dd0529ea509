import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CliDeps, EnginePort } from '../../src/cli/cli-deps.ts';
import { runCli } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { databasePath, stateDirectory } from '../../src/config/home-places.ts';
import { openHomeEconomy } from '../../src/economy/home/open-home.ts';
import { BpError } from '../../src/platform/errors.ts';
import { layInFolder, lookInFolder } from '../../src/sandbox/content/workspace-update.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { ThisProcess } from '../../src/platform/this-process.ts';
import type { TestEconomy } from './economy.ts';
import { fakeClock } from './fake-clock.ts';
import { putFreshDatabase } from './fresh-database.ts';
import { seededRandomness } from './seeded-randomness.ts';
import { closeEconomy } from '../../src/economy/economy.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

const MACHINE = { cores: 2, memoryMb: 4000 };
const RUNTIME = fileURLToPath(new URL('../../runtime', import.meta.url));
const PAGE = fileURLToPath(new URL('../../dist/web/page', import.meta.url));

export interface CliEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on until it is interrupted. */
export interface RunningCommand {
  readonly ended: Promise<CliEnd>;
  /** What it has printed so far. */
  readonly output: string;
  /** The first Ctrl-C. */
  interrupt(): void;
}

/** A folder of its own in which commands are run within this process, with real streams that are no terminal. */
export interface CliHome {
  readonly directory: string;
  run(...args: readonly string[]): Promise<CliEnd>;
  /** The answer of a command with `--json`; throws where it failed. */
  json<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<T>;
  start(...args: readonly string[]): RunningCommand;
  /** Runs a command that prints to this stream; its exit code. */
  runInto(stdout: Writable, ...args: readonly string[]): Promise<number>;
  /** Opens the folder's economy, made where there is none, with a clock that the test moves. The caller closes it. */
  open(): TestEconomy;
  remove(): void;
}

export interface CliHomeOptions {
  readonly engine?: EnginePort;
  readonly environment?: Readonly<Record<string, string>>;
  /** In place of `runtime/` of this package. */
  readonly runtimeDirectory?: string;
  /** Told of each limit that a command sets itself; none is enforced. */
  readonly onLimit?: ThisProcess['exitWithin'];
}

export function cliHome(options: CliHomeOptions = {}): CliHome {
  const { engine = noEngine(), environment = {}, onLimit = () => undefined, runtimeDirectory = RUNTIME } = options;
  const directory = mkdtempSync(join(tmpdir(), 'bp-cli-'));
  /** What a signal to this process would interrupt. */
  const runs = new Set<AbortController>();
  /** Each draws tokens of its own. */
  let commands = 0;

  function begin(streams: Record<'stdout' | 'stderr', Writable>, signal: AbortSignal, args: readonly string[]) {
    const deps: CliDeps = {
      stdin: new PassThrough() as unknown as NodeJS.ReadStream,
      stdout: streams.stdout as unknown as NodeJS.WriteStream,
      stderr: streams.stderr as unknown as NodeJS.WriteStream,
      environment,
      directory,
      clock: systemClock(),
      random: seededRandomness(`cli ${(commands += 1)}`),
      machine: MACHINE,
      version: '1.2.3',
      runtimeDirectory,
      calledAs: 'bp-agents',
      pageDirectory: PAGE,
      engine,
      interrupt: signal,
      process: {
        raiseInterrupt: () => {
          throw new Error('only a terminal hands over Ctrl-C as a key');
        },
        exitWithin: onLimit,
        killWithin: () => undefined,
        onExit: () => () => undefined,
        suspend: () => undefined,
        onContinued: () => () => undefined,
        isInForeground: () => true,
      },
      interruptProcess: (pid) => {
        if (pid !== process.pid) process.kill(pid, 'SIGTERM');
        else for (const run of runs) run.abort(new Error('interrupted'));
      },
    };
    return runCli(deps, ['node', 'bp-agents', ...args]);
  }

  function start(...args: readonly string[]): RunningCommand {
    const [stdout, stderr, interrupt] = [new PassThrough(), new PassThrough(), new AbortController()];
    if (args[0] === 'run') runs.add(interrupt);
    const printed = { stdout: '', stderr: '' };
    stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
    stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
    const ended = begin({ stdout, stderr }, interrupt.signal, args).then((exitCode) => ({ exitCode, ...printed }));
    return {
      ended,
      get output() {
        return printed.stdout;
      },
      interrupt: () => interrupt.abort(new Error('interrupted')),
    };
  }

  const run = (...args: readonly string[]) => start(...args).ended;
  return {
    directory,
    run,
    start,
    runInto: (stdout, ...args) => begin({ stdout, stderr: new PassThrough() }, new AbortController().signal, args),
    async json<T>(...args: readonly string[]) {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      if (stdout === '') throw new Error(`exit ${exitCode}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    open: () => openIn(directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function openIn(directory: string): TestEconomy {
  const config = loadConfig({ home: directory, readFile: () => undefined, environment: {}, overrides: [] });
  const clock = fakeClock();
  const random = seededRandomness('planted');
  if (!existsSync(databasePath(directory))) {
    mkdirSync(stateDirectory(directory), { recursive: true, mode: 0o700 });
    putFreshDatabase(databasePath(directory), clock.now());
  }
  const economy = openHomeEconomy({ directory, config, machine: MACHINE, clock, random, create: true });
  return {
    ...economy,
    store: economy[STORE],
    clock,
    home: directory,
    databasePath: databasePath(directory),
    close: () => closeEconomy(economy),
  };
}

/** A machine without Docker. */
function noEngine(): EnginePort {
  const fail = () =>
    Promise.reject(new BpError('sandbox_engine_unreachable', 'no engine answers', { hint: 'install Docker' }));
  return {
    open: fail,
    start: fail,
    machine: fail,
    ensureImage: fail,
    examine: fail,
    bringProgram: fail,
    install: fail,
    layFiles: ({ directory }, request) => layInFolder(directory, request, { uid: 1 }),
    lookAtFiles: ({ directory }, request) => lookInFolder(directory, request),
    putBackWorkspaces: () => Promise.resolve(),
  };
}
