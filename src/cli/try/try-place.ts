import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databasePath, provenEnginePath, triesDirectory } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import { lockRun, runningProcess } from '../../economy/home/open-home.ts';
import { BpError } from '../../platform/errors.ts';
import { makeFolder } from '../../platform/folder.ts';
import type { Logger } from '../../platform/logger.ts';
import type { CliDeps } from '../cli-deps.ts';

const NAME = 'try-';
/** Its lock is taken at once; one that has none by then never will. */
const UNLOCKED_MS_MAX = 60_000;

/** The folder of one `try`. It is a home of its own, so what stands on the engine for it has a label of its own. */
export interface TryPlace {
  readonly directory: string;
  /** Lets others see that it is over. */
  release(): void;
}

/** Beside the database of the home, where there is one: its engine sees that folder. Otherwise where temporary files are. */
export function openTryPlace(home: string): TryPlace {
  const above = placesOf(home);
  makeFolder(above, 0o700);
  if (!isOwnFolder(above))
    throw new BpError('sandbox_files', `${above} is not a folder of this user's own`, {
      hint: 'remove it, or set TMPDIR',
    });
  const directory = mkdtempSync(join(above, NAME));
  const lock = lockRun(directory, process.pid);
  return { directory, release: () => lock.release() };
}

/** Where it stands what engine was proven to hold agents. */
export function provenEngineOf(home: string): string {
  return existsSync(databasePath(home)) ? provenEnginePath(home) : join(placesOf(home), 'engine-proven.json');
}

/** Where the folders of a home's tries lie. */
function placesOf(home: string): string {
  return existsSync(databasePath(home)) ? triesDirectory(home) : join(tmpdir(), `bp-agents-${process.getuid?.() ?? 0}`);
}

export interface TrySweep {
  readonly config: Config;
  readonly logger: Logger;
}

/** Takes away what a `try` left that was killed. Never rejects: it is tried again the next time. */
export async function sweepTries(
  { engine, clock }: CliDeps,
  home: string,
  { config, logger }: TrySweep,
): Promise<void> {
  for (const directory of deadPlaces(placesOf(home), clock.now())) {
    try {
      const lock = lockRun(directory, process.pid);
      try {
        const sandbox = await engine.open({ directory, config }, logger);
        try {
          await sandbox.erase(new AbortController().signal);
        } finally {
          await sandbox.close();
        }
        rmSync(directory, { recursive: true, force: true });
      } finally {
        lock.release();
      }
    } catch (error) {
      logger.warn({ err: error, directory }, 'what an earlier try left could not be removed');
    }
  }
}

function deadPlaces(above: string, now: number): readonly string[] {
  if (!isOwnFolder(above)) return [];
  return readdirSync(above)
    .filter((name) => name.startsWith(NAME))
    .map((name) => join(above, name))
    .filter((directory) => isOwnFolder(directory) && isDead(directory, now));
}

function isDead(directory: string, now: number): boolean {
  if (runningProcess(directory) !== undefined) return false;
  const { mtimeMs = now } = lstatSync(directory, { throwIfNoEntry: false }) ?? {};
  return existsSync(join(directory, '.bp-agents', 'run.lock')) || now - mtimeMs > UNLOCKED_MS_MAX;
}

/** A link, and what another user made where all may write, is left alone. */
function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === (process.geteuid?.() ?? stats.uid);
}
