/**
 * A path below a folder, in latin1: one character a byte, since names need not be UTF-8. Its parts are joined by slashes;
 * none is empty, `.` or `..`.
 */
export type BytePath = string;

/** As much of it as a host's own path in front of it leaves room for. */
const PATH_BYTES_MAX = 3072;
const DEPTH_MAX = 64;
const NAME_BYTES_MAX = 255;

/** Whether it is one, and no longer or deeper than a host can be sure to have. */
export function isBytePath(path: string): boolean {
  if (path === '' || path.length > PATH_BYTES_MAX || path.includes('\0')) return false;
  const names = path.split('/');
  return names.length <= DEPTH_MAX && names.every((name) => isName(name));
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.length <= NAME_BYTES_MAX;
}

/** The folder that it stands in; '' is the root. */
export function parentOf(path: BytePath): BytePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function pathBytes(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For people. */
export function shownPath(path: BytePath): string {
  return JSON.stringify(pathBytes(path).toString('utf8').slice(0, 200));
}
