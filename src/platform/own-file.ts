import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const BYTES_MAX = 4 * 1_048_576;

/** What this user wrote: a link is not followed, a pipe not waited for, another user's file not believed. Throws the system's error. */
export function readOwnFile(path: string): string | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    const isOwn = stats.uid === (process.geteuid?.() ?? stats.uid);
    return isOwn && stats.isFile() && stats.size <= BYTES_MAX ? readFileSync(file, 'utf8') : undefined;
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all, whatever stands there: it is replaced, and neither followed nor written into. Throws the system's error. */
export function replaceOwnFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
