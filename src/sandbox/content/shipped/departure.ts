import { BpError } from '../../../platform/errors.ts';
import { errorCode } from '../../../platform/system-error.ts';
import type { Agreed, Agreement } from './agreement.ts';
import { broken } from './answer-reader.ts';
import { shownPath, type BytePath } from './byte-path.ts';
import { changesFrom, type Changes } from './changes.ts';
import { folderState, stateOf, type Entry } from './entry.ts';
import { HANDSHAKE_NAME } from '../handshake-file.ts';
import { hostMode, type HostFolder } from './host-folder.ts';
import type { Done, Porter } from './porter.ts';
import { fileEnd, fileRequest, folderRequest, linkRequest, piece, PIECE_BYTES_MAX, removeRequest } from './requests.ts';
import { treeOf } from './tree.ts';

export interface Departure {
  readonly folder: HostFolder;
  readonly porter: Porter;
  readonly agreement: Agreement;
  /** Undefined where none is brought. */
  readonly handshake: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Files and folders that are carried at most. */
  readonly entriesMax: number;
}

/** Of Linux, on which every container runs. */
const EFBIG = 27;

interface Request {
  /** What is asked for, in one or more pieces. */
  readonly bytes: AsyncIterable<Uint8Array> | Uint8Array;
  readonly path: BytePath;
  /** What is the same on both sides once it is done. */
  readonly agreed?: (done: Done) => Agreed;
}

/**
 * Makes the engine's copy what the host's folder is, carrying what has changed, and puts the handshake there. Resolves
 * with what both sides agree on then. Rejects with `sandbox_workspace` where the folder can't be carried, and with
 * `sandbox_content` where the stream breaks.
 */
export async function send({ folder, porter, agreement, handshake, now, entriesMax }: Departure): Promise<Agreement> {
  const listed = await porter.list(2 * entriesMax, { unlock: true });
  // Whatever is there that can't be listed is of no use.
  if (listed.end !== 'complete') throw broken('the engine holds what can not be listed');
  const there = treeOf(listed.entries);
  const here = new Map(await folder.tree(entriesMax));
  // The one of an earlier execution, or what an agent has put in its place.
  for (const path of here.keys()) if (isHandshake(path)) here.delete(path);
  const changes = changesFrom(agreement, here, there);
  const requests = [...requestsOf(changes, folder), ...handshakeRequests(handshake, now)];
  const entries = new Map<BytePath, Agreed>();
  for (const path of here.keys()) {
    const known = agreement.entries.get(path);
    if (known) entries.set(path, known);
  }
  await porter.change(bytesOf(requests), requests.length, (index, done) => {
    const { path, agreed } = requests[index]!;
    if (done.errno === EFBIG)
      throw new BpError('sandbox_workspace', `${shownPath(path)} of the agent's folder is larger than a file may be`);
    if (done.errno !== 0) throw broken(`${shownPath(path)} was refused (errno ${done.errno})`);
    if (agreed) entries.set(path, agreed(done));
  });
  return { settled: false, entries };
}

function isHandshake(path: BytePath): boolean {
  return path === HANDSHAKE_NAME || path.startsWith(`${HANDSHAKE_NAME}/`);
}

function requestsOf({ removed, folders, links, files }: Changes, folder: HostFolder): Request[] {
  const same = (entry: Entry) => ({ engine: stateOf(entry), host: stateOf(entry) });
  return [
    ...removed.map((path) => ({ path, bytes: removeRequest(path) })),
    ...folders.map((entry) => ({
      path: entry.path,
      // What can't be entered can't be filled.
      bytes: folderRequest(entry.path, hostMode('folder', entry.mode)),
      agreed: () => ({ engine: folderState(hostMode('folder', entry.mode)), host: stateOf(entry) }),
    })),
    ...links.map((entry) => ({
      path: entry.path,
      bytes: linkRequest(entry.path, entry.target),
      agreed: () => same(entry),
    })),
    ...files.map((entry) => ({
      path: entry.path,
      bytes: fileBytes(folder, entry),
      agreed: ({ stamp }: Done) => ({ engine: stamp, host: entry.stamp }),
    })),
  ];
}

/** It comes back whatever the agent did with it: it is no file of the host's. */
function handshakeRequests(handshake: string | undefined, now: number): Request[] {
  if (handshake === undefined) return [];
  const content = Buffer.from(handshake);
  const parts = [
    fileRequest(HANDSHAKE_NAME, 0o600),
    ...pieces(content, 0),
    fileEnd(content.length, BigInt(now) * 1_000_000n),
  ];
  return [
    // Whatever stands there, a folder too.
    { path: HANDSHAKE_NAME, bytes: removeRequest(HANDSHAKE_NAME) },
    { path: HANDSHAKE_NAME, bytes: Buffer.concat(parts), agreed: () => ({ engine: '', host: '' }) },
  ];
}

async function* bytesOf(requests: readonly Request[]): AsyncIterable<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const request of requests) {
    for await (const chunk of request.bytes instanceof Uint8Array ? [request.bytes] : request.bytes) {
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < PIECE_BYTES_MAX) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

async function* fileBytes(folder: HostFolder, { path, mode, modifiedNs }: Entry): AsyncIterable<Uint8Array> {
  yield fileRequest(path, mode);
  let size = 0;
  const handle = await folder.openFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES_MAX), 0, PIECE_BYTES_MAX, size);
      if (bytesRead === 0) break;
      yield* pieces(buffer.subarray(0, bytesRead), size);
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
  yield fileEnd(size, modifiedNs);
}

/** Zeros are a hole. */
function* pieces(bytes: Buffer, offset: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES_MAX) {
    const part = bytes.subarray(at, at + PIECE_BYTES_MAX);
    if (!part.equals(ZEROS.subarray(0, part.length))) yield piece(offset + at, part);
  }
}

const ZEROS = Buffer.alloc(PIECE_BYTES_MAX);

function unreadable(path: BytePath, error: unknown): BpError {
  if (error instanceof BpError) return error;
  return new BpError(
    'sandbox_workspace',
    `${shownPath(path)} of the agent's folder can't be read (${errorCode(error) ?? 'unknown'})`,
    { cause: error },
  );
}
