import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { RequestFile } from '../domain/operator-request.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import { reasonByName } from '../domain/secret-signs.ts';
import { errorCode } from '../platform/system-error.ts';

/** A file whose content the operator has sent along. */
export interface SentFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A file of the operator's, open for reading. */
export interface TakenFile extends RequestFile {
  /** As the operator has named it, for what is said about it. */
  readonly label: string;
  /** Fills the buffer from this place on; returns how much there was. */
  read(into: Uint8Array, at: number): number;
  close(): void;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Agents would be told of a file that they don't find. */
export const LEFT_OUT =
  'left out of what agents see; lay it in materials/ and name it in materials.include, if it is for them';
/** As file systems have it. */
const NAME_BYTES_MAX = 255;

/**
 * Opens the files that the operator has named, or sent. A link is not followed: the agents would get what it leads to
 * under its name. Pipes and devices are neither waited for nor read. The caller closes them, with `closeFiles`.
 * Refuses: `empty`, `invalid_value`, `too_many_files`.
 */
export function openFiles(
  wanted: readonly (string | SentFile)[],
  { directory, filesMax }: { readonly directory: string; readonly filesMax: number },
): Result<readonly TakenFile[]> {
  if (wanted.length > filesMax)
    return refuse('too_many_files', `a request has at most ${filesMax} files`, { field: 'file', limit: filesMax });
  const files: TakenFile[] = [];
  for (const one of wanted) {
    const file = typeof one === 'string' ? openFile(one, directory) : openSent(one);
    if (!file.ok) {
      closeFiles(files);
      return file;
    }
    files.push(file.value);
  }
  return accept(files);
}

export function closeFiles(files: readonly TakenFile[]): void {
  for (const file of files) file.close();
}

function openSent({ name, content }: SentFile): Result<TakenFile> {
  const label = JSON.stringify(name);
  const wrong = (why: string) => refuse('invalid_value', `${label} ${why}`, { field: 'file' });
  const isName = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  if (!isName || Buffer.byteLength(name) > NAME_BYTES_MAX) return wrong('is no name of a file');
  if (reasonByName(name)) return wrong(`has a name by which it would be ${LEFT_OUT}`);
  return accept({
    ...{ name, bytes: content.length, label },
    read(into, at) {
      const piece = content.subarray(at, at + into.length);
      into.set(piece);
      return piece.length;
    },
    close: () => undefined,
  });
}

function openFile(path: string, directory: string): Result<TakenFile> {
  const wrong = (why: string) => refuse('invalid_value', `--file ${JSON.stringify(path)} ${why}`, { field: 'file' });
  if (path.trim() === '') return refuse('empty', '--file must name a file, not be empty', { field: 'file' });
  if (path.includes('\0')) return wrong('is no name of a file');
  const whole = resolve(directory, path);
  if (reasonByName(basename(whole))) return wrong(`has a name by which it would be ${LEFT_OUT}`);
  let descriptor: number;
  try {
    descriptor = openSync(whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ELOOP') return wrong('is a link; name the file that it leads to');
    if (code === 'ENOENT' || code === 'ENOTDIR') return wrong('is not there');
    if (code === 'ENXIO' || code === 'ENODEV') return wrong('is no regular file');
    throw error;
  }
  const stats = fstatSync(descriptor);
  if (stats.isFile())
    return accept({
      ...{ name: basename(whole), bytes: stats.size, label: `--file ${JSON.stringify(path)}` },
      read: (into, at) => readSync(descriptor, into, 0, into.length, at),
      close: () => closeSync(descriptor),
    });
  closeSync(descriptor);
  return wrong(stats.isDirectory() ? 'is a folder; name its files' : 'is no regular file');
}
