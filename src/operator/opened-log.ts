import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { BpError } from '../platform/errors.ts';

/** A file, open to be read; undefined where there is none. Throws `BpError` `log_unreadable`. */
export function openLog(path: string): number | undefined {
  const file = opened(path);
  if (file === undefined || fstatSync(file).isFile()) return file;
  closeSync(file);
  throw unreadable(path, 'it is not a file');
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw unreadable(path, 'it is a link');
    throw error;
  }
}

function unreadable(path: string, why: string): BpError {
  return new BpError('log_unreadable', `${path} is not read: ${why}`);
}
