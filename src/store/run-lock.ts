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

/** Held by the one `run` of a home. */
export interface RunLock {
  /** Idempotent. */
  release(): void;
}

const LOCK_FILE = 'run.lock';
const PID_FILE = 'run.pid';
/** Another command may look for a moment whether somebody holds the lock. */
const LOCK_WAIT_MS = 250;

/**
 * Takes the lock that admits one `run` per home. It is a lock of the operating system on a small database file of its
 * own, so it ends with the process however that ends. `directory` is made where it is missing; `pid` is written beside
 * the lock for people and for the message of the next one.
 * Throws `BpError`: `already_running`, and what `withDatabaseErrors` makes of SQLite's errors.
 */
export function takeRunLock(directory: string, pid: number): RunLock {
  makeFolder(directory, 0o700);
  const path = join(directory, LOCK_FILE);
  const database = withDatabaseErrors(path, () => new SqliteDatabase(path, { timeout: LOCK_WAIT_MS }));
  try {
    if (!lock(database, path)) throw alreadyRunning(directory);
    writePid(directory, pid);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release() {
      if (!database.open) return;
      // First the name, then the lock: whoever gets the lock writes a name of its own.
      rmSync(join(directory, PID_FILE), { force: true });
      database.close();
    },
  };
}

/** The process that holds the lock, or undefined where none does; 0 where it hasn't told its id. */
export function runHolder(directory: string): number | undefined {
  const path = join(directory, LOCK_FILE);
  let database: SqliteDatabase.Database;
  try {
    database = new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
  } catch {
    return undefined;
  }
  try {
    return lock(database, path) ? undefined : readPid(directory);
  } finally {
    database.close();
  }
}

/**
 * Whether that process has the lock's file open, as the holder has; undefined where this system doesn't tell. An id that
 * an earlier holder left may be that of any program by now.
 */
export function hasLockOpen(directory: string, pid: number): boolean | undefined {
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

function alreadyRunning(directory: string): BpError {
  const pid = readPid(directory);
  const who = pid === 0 ? 'another process' : `process ${pid}`;
  return new BpError('already_running', `${who} runs this economy already`, {
    hint: 'end that one first with bp-agents stop, or give another folder with --home',
  });
}

function readPid(directory: string): number {
  try {
    const text = readFileSync(join(directory, PID_FILE), 'utf8').trim();
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}

/** Whole or not at all: another process may read it at any time. */
function writePid(directory: string, pid: number): void {
  const path = join(directory, PID_FILE);
  const temporary = `${path}.${pid}`;
  writeFileSync(temporary, `${pid}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
