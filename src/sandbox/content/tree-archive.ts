import { createHash } from 'node:crypto';
import { BpError } from '../../platform/errors.ts';
import { errorCode } from '../../platform/system-error.ts';
import type { ContentEntry, ContentTree } from '../sandbox.ts';
import { pathBytes, shownPath } from './shipped/byte-path.ts';
import { HostFolder } from './shipped/host-folder.ts';

type File = Extract<ContentEntry, { kind: 'file' }>;

const BLOCK = 512;
const NAME_BYTES_MAX = 100;
/** Later than any honest file; there is no room for more. */
const MODIFIED_MAX = 8 ** 11 - 1;
const PIECE_BYTES = 256 * 1024;
const TYPE = { file: '0', link: '2', folder: '5', longTarget: 'K', longName: 'L' } as const;

/**
 * A tree of this host as a tar archive in GNU's form, which alone takes names of any bytes; in it all is root's. Throws
 * `sandbox_content_changed` where a file isn't any more what its digest says.
 */
export async function* treeArchive({ root, entries }: ContentTree): AsyncGenerator<Uint8Array> {
  const folders = new Map<string, HostFolder>();
  const folderOf = ({ from }: File) => {
    const at = from?.root ?? root;
    const folder = folders.get(at) ?? new HostFolder(at);
    folders.set(at, folder);
    return folder;
  };
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const entry of entries)
    for await (const piece of entry.kind === 'file' ? fileOf(folderOf(entry), entry) : [headerOf(entry)]) {
      waiting.push(piece);
      bytes += piece.length;
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      [waiting, bytes] = [[], 0];
    }
  yield Buffer.concat([...waiting, Buffer.alloc(2 * BLOCK)]);
}

async function* fileOf(folder: HostFolder, file: File): AsyncGenerator<Uint8Array> {
  yield headerOf(file);
  const hash = createHash('sha256');
  const handle = await folder.openFile(file.from?.path ?? file.path).catch((error: unknown) => {
    throw changed(file, error);
  });
  try {
    for (let at = 0; at < file.bytes;) {
      const room = Math.min(PIECE_BYTES, file.bytes - at);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(room), 0, room, at);
      if (bytesRead === 0) throw changed(file);
      at += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      yield piece;
    }
  } finally {
    await handle.close();
  }
  if (hash.digest('hex') !== file.digest) throw changed(file);
  yield padding(file.bytes);
}

function headerOf(entry: ContentEntry): Uint8Array {
  const path = pathBytes(entry.kind === 'folder' ? `${entry.path}/` : entry.path);
  const target = pathBytes(entry.kind === 'link' ? entry.target : '');
  const isProgram = entry.kind !== 'file' || entry.executable;
  return Buffer.concat([
    ...long(path, TYPE.longName),
    ...long(target, TYPE.longTarget),
    header(TYPE[entry.kind], {
      path,
      target,
      mode: isProgram ? 0o755 : 0o644,
      bytes: entry.kind === 'file' ? entry.bytes : 0,
      modifiedAt: entry.kind === 'file' ? entry.modifiedAt : 0,
    }),
  ]);
}

/** Names that a header has no room for stand in front of it, ended by a zero. */
function long(text: Uint8Array, type: string): Uint8Array[] {
  if (text.length <= NAME_BYTES_MAX) return [];
  const bytes = text.length + 1;
  const before = header(type, { path: Buffer.from('././@LongLink'), target: NONE, mode: 0o644, bytes, modifiedAt: 0 });
  return [before, text, Buffer.alloc(1), padding(bytes)];
}

const NONE = Buffer.alloc(0);

interface Header {
  readonly path: Uint8Array;
  readonly target: Uint8Array;
  readonly mode: number;
  readonly bytes: number;
  readonly modifiedAt: number;
}

function header(type: string, { path, target, mode, bytes, modifiedAt }: Header): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const put = (at: number, text: string) => block.write(text, at, 'latin1');
  block.set(path.subarray(0, NAME_BYTES_MAX), 0);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(bytes, 11));
  put(136, octal(Math.min(Math.max(0, modifiedAt), MODIFIED_MAX), 11));
  put(148, ' '.repeat(8));
  put(156, type);
  block.set(target.subarray(0, NAME_BYTES_MAX), 157);
  put(257, 'ustar  \0');
  put(
    148,
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return block;
}

/** What doesn't fit is the caller's to prevent: a file of 8 GiB. */
function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, '0');
  if (text.length > digits) throw new Error(`no room for ${value} in an archive`);
  return text;
}

function padding(bytes: number): Uint8Array {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

function changed({ path }: File, cause?: unknown): BpError {
  const code = errorCode(cause);
  const why = code === undefined || code === 'ENOENT' ? 'changed while it was sent to the engine' : `(${code})`;
  return new BpError('sandbox_content_changed', `${shownPath(path)} ${why}`, {
    hint: 'it is looked at again in the next cycle',
    cause,
  });
}
