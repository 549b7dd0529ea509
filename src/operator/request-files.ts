import {
  chmodSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  askingDirectory,
  materialsDirectory,
  placedRequestsDirectory,
  requestFilesDirectory,
} from '../config/home-places.ts';
import type { RequestLimits } from '../domain/operator-request.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';
import { KeySearch } from '../domain/secret-signs.ts';
import { BpError } from '../platform/errors.ts';
import { isProcessThere } from '../platform/process-there.ts';
import { namesInSync } from '../platform/folder.ts';
import { errorCode } from '../platform/system-error.ts';
import { LEFT_OUT, type TakenFile } from './taken-files.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const CHUNK_BYTES = 1_048_576;
/** Whoever an agent runs as may read them. */
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

/** Copies of files, where no agent sees them yet. */
export class StagedFiles {
  readonly #home: string;
  readonly #folder: string;
  readonly #isEmpty: boolean;

  private constructor(home: string, folder: string, isEmpty: boolean) {
    this.#home = home;
    this.#folder = folder;
    this.#isEmpty = isEmpty;
  }

  /** Copies what was opened; a file may have grown since. Refuses: `files_too_large`, `invalid_value`. */
  static copy(
    home: string,
    files: readonly TakenFile[],
    { files_bytes_max: bytesMax }: Pick<RequestLimits, 'files_bytes_max'>,
  ): Result<StagedFiles> {
    const folder = join(askingDirectory(home), String(process.pid));
    const staged = new StagedFiles(home, folder, files.length === 0);
    rmSync(folder, { recursive: true, force: true });
    if (files.length === 0) return accept(staged);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, FOLDER_MODE);
    try {
      const refusal = copyAll(files, folder, bytesMax);
      if (!refusal) return accept(staged);
      staged.discard();
      return refusal;
    } catch (error) {
      staged.discard();
      throw error;
    }
  }

  /**
   * Moves them to where the agents find those of this request. What another one left there, which was never published,
   * goes. Throws `request_place_taken` where something of the operator's own is in the way.
   */
  place(requestId: number): void {
    const target = join(requestFilesDirectory(this.#home), String(requestId));
    removePlaced(this.#home, requestId);
    if (this.#isEmpty) return;
    checkPlace(this.#home, requestId);
    makeReadableFolder(dirname(target));
    markPlaced(this.#home, requestId);
    try {
      renameSync(this.#folder, target);
    } catch (error) {
      // The operator's materials may be on a disk of their own.
      if (errorCode(error) !== 'EXDEV') throw error;
      cpSync(this.#folder, target, { recursive: true, errorOnExist: true });
    }
    syncFolder(dirname(target));
  }

  /** Idempotent; does nothing to what was placed. */
  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Removes files of requests that are not open, and what a process left that ended while it asked. What the operator laid
 * beside them stays, whatever it is called.
 */
export function putAwayFiles(home: string, keep: ReadonlySet<number>): void {
  for (const name of namesInSync(placedRequestsDirectory(home)))
    if (!keep.has(Number(name))) removePlaced(home, Number(name));
  const asking = askingDirectory(home);
  for (const name of namesInSync(asking)) {
    const pid = Number(name);
    if (pid !== process.pid && !isProcessThere(pid)) rmSync(join(asking, name), { recursive: true, force: true });
  }
}

/** Before it is there: what a kill cuts off is known by it. */
function markPlaced(home: string, requestId: number): void {
  const marks = placedRequestsDirectory(home);
  mkdirSync(marks, { recursive: true });
  closeSync(openSync(join(marks, String(requestId)), O_WRONLY | O_CREAT, FILE_MODE));
  syncFolder(marks);
}

/** Only what was marked. In this order, so that the rest of it can be removed the next time. */
function removePlaced(home: string, requestId: number): void {
  const mark = join(placedRequestsDirectory(home), String(requestId));
  if (!existsSync(mark)) return;
  rmSync(join(requestFilesDirectory(home), String(requestId)), { recursive: true, force: true });
  rmSync(mark);
}

/** Through a link files would come to lie elsewhere, and agents would not find them. */
function checkPlace(home: string, requestId: number): void {
  const shelf = requestFilesDirectory(home);
  const taken = (what: string) =>
    new BpError('request_place_taken', `files of request_${requestId} have no place: ${what}`, {
      hint: 'move it away, and ask again',
    });
  if (!(statSync(materialsDirectory(home), { throwIfNoEntry: false })?.isDirectory() ?? true))
    throw taken('materials is no folder');
  if (!(lstatSync(shelf, { throwIfNoEntry: false })?.isDirectory() ?? true))
    throw taken('materials/requests is no folder');
  if (lstatSync(join(shelf, String(requestId)), { throwIfNoEntry: false }))
    throw taken(`materials/requests/${requestId} is there already, and not of bp-agents`);
}

function copyAll(files: readonly TakenFile[], folder: string, bytesMax: number): Refusal | undefined {
  let left = bytesMax;
  for (const file of files) {
    const keys = new KeySearch();
    left -= copyFile(file, join(folder, file.name), { bytesMax: left, keys });
    if (keys.isFound)
      return refuse('invalid_value', `${file.label} holds a private key, for which it would be ${LEFT_OUT}`, {
        field: 'file',
      });
    if (left < 0)
      return refuse('files_too_large', `all files of a request together must be at most ${bytesMax} bytes`, {
        field: 'file',
        limit: bytesMax,
      });
  }
  syncFolder(folder);
  return undefined;
}

/** Returns how many bytes there are, or more than `bytesMax` where there are more. */
function copyFile(
  from: TakenFile,
  path: string,
  { bytesMax, keys }: { readonly bytesMax: number; readonly keys: KeySearch },
): number {
  const to = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let copied = 0;
    while (copied <= bytesMax) {
      const count = from.read(chunk.subarray(0, Math.min(CHUNK_BYTES, bytesMax - copied + 1)), copied);
      if (count === 0) break;
      keys.push(chunk.subarray(0, count));
      for (let at = 0; at < count;) at += writeSync(to, chunk, at, count - at);
      copied += count;
    }
    fsyncSync(to);
    return copied;
  } finally {
    closeSync(to);
    chmodSync(path, FILE_MODE);
  }
}

/** Those above it, too, where they are made now. */
function makeReadableFolder(path: string): void {
  if (existsSync(path)) return;
  makeReadableFolder(dirname(path));
  mkdirSync(path);
  chmodSync(path, FOLDER_MODE);
}

/** What was published must be there after a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
