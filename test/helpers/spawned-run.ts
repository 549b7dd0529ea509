import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { databasePath } from '../../src/config/home-places.ts';
import { compiled } from './compiled.ts';
import { exitOf, until } from './program.ts';

/** The command line over an engine without containers. */
export const INSTANT_RUN = await compiled(new URL('instant-run.ts', import.meta.url));

/** A `run` in a process of its own, over an engine without containers. */
export interface SpawnedRun {
  readonly child: ChildProcess;
  /** All that it has printed so far, on both streams. */
  readonly output: string;
  /** Resolves when it has printed this. */
  says(words: RegExp): Promise<unknown>;
  /** Its exit code, once it has ended and all that it printed has come. */
  readonly ended: Promise<number | null>;
  /** Ends it if it still runs. */
  kill(): Promise<void>;
}

/** While it is there, executions run on. */
export function busyFile(home: string): string {
  return join(home, 'busy');
}

/** What Node is called with for a `run` of this home. */
export function runWords(home: string, settings: readonly string[], args: readonly string[] = []): readonly string[] {
  const options = settings.flatMap((setting) => ['--set', setting]);
  return [INSTANT_RUN, '--home', home, ...options, 'run', '--headless', ...args];
}

export function spawnRun(
  home: string,
  settings: readonly string[],
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): SpawnedRun {
  const child = spawn(process.execPath, runWords(home, settings, args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BUSY_FILE: busyFile(home), ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    child,
    get output() {
      return output;
    },
    says: (wanted) =>
      until(
        () => Promise.resolve(output),
        (printed) => wanted.test(printed),
      ),
    ended: new Promise((resolve) => child.once('close', resolve)),
    async kill() {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
}

/** Holds a home's database for writing, as another process does, until it is let go. */
export function holdDatabase(home: string): { letGo(): void } {
  const holder = new SqliteDatabase(databasePath(home), { timeout: 10_000 });
  holder.exec('BEGIN IMMEDIATE');
  return {
    letGo: () => {
      if (holder.open) holder.close();
    },
  };
}
