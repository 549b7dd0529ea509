import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backupsDirectory } from '../config/home-places.ts';
import { BpError } from '../platform/errors.ts';

/** A database that can't be used any more, with the way back. */
export function damaged(path: string, defect: string, cause?: unknown): BpError {
  return new BpError('database_damaged', `${path} is damaged (${defect})`, { hint: wayBack(path), cause });
}

/**
 * Throws `BpError` `database_damaged` where the file is empty though an economy has lived here: opened, it would become
 * a new one. A file that the very first start left empty is none.
 */
export function refuseEmptied(path: string): void {
  const isEmpty = statSync(path, { throwIfNoEntry: false })?.size === 0;
  const home = dirname(path);
  if (isEmpty && ['logs', 'backups'].some((name) => existsSync(join(home, name)))) throw damaged(path, 'it is empty');
}

/** What to do about a damaged database: the command with the newest copy that stands beside it, if there is one. */
function wayBack(path: string): string {
  const newest = newestBackup(backupsDirectory(path));
  return newest === undefined
    ? 'bp-agents restore FILE puts a backup in its place; there is none in .bp-agents/backups'
    : `bp-agents restore ${newest} puts its newest backup in its place`;
}

function newestBackup(directory: string): string | undefined {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.db') && !name.startsWith('before-restore-'))
      .map((name) => join(directory, name))
      .map((path) => ({ path, madeAt: statSync(path).mtimeMs }))
      .sort((a, b) => b.madeAt - a.madeAt)
      .at(0)?.path;
  } catch {
    return undefined;
  }
}
