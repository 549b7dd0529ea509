import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../platform/folder.ts';
import SqliteDatabase from 'better-sqlite3';
import { BpError } from '../platform/errors.ts';
import { withDatabaseErrors } from './database.ts';
import { errorCode } from '../platform/system-error.ts';

/** Held by the one `run` of a home, or by a command that must have the home to itself meanwhile. */
export interface RunLock {
  /** Idempotent. */
  release(): void;
}

const LOCK_FILE = 'run.lock';
const PID_FILE = 'run.pid';
/** Another command may hold the lock for a moment, or look whether somebody does: that is waited for, so many times. */
const LOCK_WAIT_MS = 250;
const LOCK_WAITS = 20;

/**
 * Takes the lock that admits one `run` per home. It is a lock of the operating system on a small database file of its
 * own, so it ends with the process, however that ends.
 *
 * `directory` is made where it is missing. `pid` is written beside the lock, for people and for the message of the next
 * one. `doing` is written with it where the lock isn't for a run. A run waits a while for anything but another run.
 *
 * Throws `BpError`: `already_running`, and what `withDatabaseErrors` makes of SQLite's errors.
 */
export function takeRunLock(directory: string, pid: number, doing?: string): RunLock {
  makeFolder(directory, 0o700);
  const path = join(directory, LOCK_FILE);
  const database = withDatabaseErrors(path, () => new SqliteDatabase(path, { timeout: LOCK_WAIT_MS }));
  try {
    for (let waits = 1; !lock(database, path); waits++) {
      const holder = namedHolder(directory);
      const isForLong = holder !== undefined && (holder.doing === undefined || doing !== undefined);
      if (isForLong || waits === LOCK_WAITS) throw alreadyRunning(holder);
    }
    writeHolder(directory, { pid, doing });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release() {
      if (!database.open) return;
      // The name goes before the lock is let go, so that the next holder's name is never removed.
      rmSync(join(directory, PID_FILE), { force: true });
      database.close();
    },
  };
}

/** The process that runs, or undefined where none does; 0 where it hasn't told its id. */
export function runHolder(directory: string): number | undefined {
  const path = join(directory, LOCK_FILE);
  let database: SqliteDatabase.Database;
  try {
    database = new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
  } catch {
    return undefined;
  }
  try {
    if (lock(database, path)) return undefined;
    let holder = namedHolder(directory);
    if (!holder) {
      // A process that only looks is gone in a moment, and a run tells its id.
      database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
      if (lock(database, path)) return undefined;
      holder = namedHolder(directory) ?? { pid: 0 };
    }
    return holder.doing === undefined ? holder.pid : undefined;
  } finally {
    database.close();
  }
}

interface Holder {
  readonly pid: number;
  /** What it does, where it doesn't run. */
  readonly doing?: string | undefined;
}

/** Who has written its name, unless it can't be who holds the lock: the name may be that of an earlier one. */
function namedHolder(directory: string): Holder | undefined {
  const holder = readHolder(directory);
  return holder && hasLockOpen(directory, holder.pid) !== false ? holder : undefined;
}

/**
 * Whether that process has the lock's file open, as the holder has; undefined where this system doesn't tell. An id that
 * an earlier holder left may be that of any program by now.
 */
function hasLockOpen(directory: string, pid: number): boolean | undefined {
  if (!existsSync('/proc/self/fd')) return undefined;
  const files = `/proc/${pid}/fd`;
  try {
    const path = realpathSync(join(directory, LOCK_FILE));
    return readdirSync(files).some((name) => linkOf(join(files, name)) === path);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? false : undefined;
  }
}

/** Undefined where it was closed meanwhile. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** False where another process or another connection of this one holds it. */
function lock(database: SqliteDatabase.Database, path: string): boolean {
  return withDatabaseErrors(path, () => {
    try {
      database.pragma('locking_mode = EXCLUSIVE');
      database.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
      throw error;
    }
  });
}

function alreadyRunning(holder: Holder | undefined): BpError {
  const who = holder ? `process ${holder.pid}` : 'another process';
  if (holder?.doing !== undefined)
    return new BpError('already_running', `${who} has this economy to itself for now: ${holder.doing}`, {
      hint: 'try again when that has ended, or give another folder with --home',
    });
  return new BpError('already_running', `${who} runs this economy already`, {
    hint: 'end that one first with bp-agents stop, or give another folder with --home',
  });
}

function readHolder(directory: string): Holder | undefined {
  try {
    const text = readFileSync(join(directory, PID_FILE), 'utf8').trim();
    const [, pid, doing] = /^([1-9]\d{0,9})(?: ([a-z ]{1,80}))?$/.exec(text) ?? [];
    return pid === undefined ? undefined : { pid: Number(pid), doing };
  } catch {
    return undefined;
  }
}

/** Whole or not at all: another process may read it at any time. */
function writeHolder(directory: string, { pid, doing }: Holder): void {
  const path = join(directory, PID_FILE);
  const temporary = `${path}.${pid}`;
  writeFileSync(temporary, `${[pid, doing].filter((word) => word !== undefined).join(' ')}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
