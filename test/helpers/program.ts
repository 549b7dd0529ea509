import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compiled } from './compiled.ts';
import { dockerCli } from './engine-under-test.ts';
import { inFastTime } from './fast-time.ts';
import { fileURLToPath } from 'node:url';
import { unmountBelow } from './mounted.ts';
import type { Ended, RunWithin } from './within-process.ts';

/** The built program, as users start it. `npm test` builds it first. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** One economy in a directory of its own, used only through the built program. */
export interface ProgramHome {
  readonly directory: string;
  /** What every command is given: the home and the settings. */
  readonly options: readonly string[];
  /** Runs a command to its end, in a process of its own. */
  run(...args: readonly string[]): Promise<Ended>;
  /** The same within this process: to start one takes a hundred times as long as most commands. */
  within(...args: readonly string[]): Promise<Ended>;
  /** Runs a command with `--json` within this process and reads its answer. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Starts a command in a process of its own and leaves it running. */
  start(...args: readonly string[]): ChildProcess;
  /** A folder with an agent's files, for `--from`. */
  agentFolder(name: string, files: Readonly<Record<string, string>>, executable?: string): string;
  /** The agent's handshake as it stands in its workspace. */
  handshake(agentId: string): Record<string, unknown>;
  close(): void;
}

/** No execution ends only because this machine has other work, unless a test wants it to. */
const PATIENT = 'sandbox.wall_base_seconds=600';

/** `settings` are configuration overrides, as `--set` takes them; they hold for every command. */
export function programHome(settings: readonly string[] = []): ProgramHome {
  const directory = mkdtempSync(join(tmpdir(), 'bp-home-'));
  const options = ['--home', directory, ...[PATIENT, ...inFastTime(settings)].flatMap((setting) => ['--set', setting])];
  const children: ChildProcess[] = [];

  function run(...args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...options, ...args], { timeout: 200_000 }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr });
      });
    });
  }

  const within = async (...args: readonly string[]) => (await loadWithin())([...options, ...args]);

  return {
    directory,
    options,
    run,
    within,
    async json<T>(...args: readonly string[]) {
      const { stdout, stderr } = await within(...args, '--json');
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as T;
    },
    start(...args) {
      const child = spawn(process.execPath, [MAIN, ...options, ...args], { stdio: 'ignore' });
      children.push(child);
      return child;
    },
    agentFolder(name, files, executable) {
      const folder = join(directory, 'agents', name);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content, { mode: path === executable ? 0o755 : 0o644 });
      }
      return folder;
    },
    handshake: (agentId) =>
      JSON.parse(readFileSync(join(directory, 'workspaces', `agent-${agentId}`, 'env.json'), 'utf8')) as Record<
        string,
        unknown
      >,
    close() {
      for (const child of children) child.kill('SIGKILL');
      removeFromEngine(directory);
      unmountBelow(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Compiled, so that its modules are those of the build. */
async function loadWithin(): Promise<RunWithin> {
  const path = await compiled(new URL('within-process.ts', import.meta.url));
  const { runWithin } = (await import(path)) as { readonly runWithin: RunWithin };
  return runWithin;
}

/** Containers that carry the label of a home, in the order of the engine; with a status, those that have it. */
export function containersOf(home: string, ...filters: readonly string[]): readonly string[] {
  const words = [labelOf(home), ...filters].flatMap((filter) => ['--filter', filter]);
  return namesIn(dockerCli('ps', '--all', '--quiet', ...words));
}

/** What of a home lies on the engine, which nobody would look for when the home is gone. */
function removeFromEngine(home: string): void {
  const containers = containersOf(home);
  if (containers.length > 0) dockerCli('rm', '--force', ...containers);
  const volumes = namesIn(dockerCli('volume', 'ls', '--quiet', '--filter', labelOf(home)));
  if (volumes.length > 0) dockerCli('volume', 'rm', '--force', ...volumes);
}

function labelOf(home: string): string {
  return `label=bp-agents.home=${createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 16)}`;
}

function namesIn(lines: string): readonly string[] {
  return lines.split('\n').filter((name) => name !== '');
}

/** Resolves when the child has ended, with its exit code. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** Asks again and again until the answer is there. Rejects with the last one when that takes too long. */
export async function until<T>(
  ask: () => Promise<T>,
  isThere: (answer: T) => boolean,
  limitMs = 180_000,
  pauseMs = 200,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    if (Date.now() > end) throw new Error(`still not there: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
