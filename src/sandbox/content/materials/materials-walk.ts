import { lstatSync, readlinkSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { Config } from '../../../config/schema.ts';
import { reasonByName } from '../../../domain/secret-signs.ts';
import { BpError } from '../../../platform/errors.ts';
import { errorCode, ignore, isOneOf } from '../../../platform/system-error.ts';
import { isBytePath, pathBytes, type BytePath } from '../shipped/byte-path.ts';
import { stampOf, type Stamp } from '../shipped/entry.ts';
import { LeftOutCount } from './left-out.ts';

/** A file that agents may see, unless there is a key in it. */
export interface FoundFile {
  readonly path: BytePath;
  /** Where this host has it: below which folder, at which path. */
  readonly root: string;
  readonly at: BytePath;
  readonly bytes: number;
  readonly executable: boolean;
  readonly stamp: Stamp;
  readonly changedMs: number;
  readonly modifiedAt: number;
  /** It was asked for by name. */
  readonly isAsked: boolean;
}

export interface Walked {
  readonly folders: readonly BytePath[];
  readonly links: readonly { readonly path: BytePath; readonly target: string }[];
  readonly files: readonly FoundFile[];
  readonly leftOut: LeftOutCount;
}

/** So many are looked at before others get their turn. */
const ENTRIES_PER_TURN = 256;

interface Folder {
  readonly path: BytePath;
  readonly root: string;
  readonly at: BytePath;
}

/**
 * What lies below `root`, by names and kinds alone: no file is opened, and no link followed that was not asked for by
 * name. Undefined where there is no such folder. Rejects with `materials_too_large` and `materials_unreadable`.
 */
export async function walkMaterials(root: string, limits: Config['materials']): Promise<Walked | undefined> {
  if (!isFolder(root)) return undefined;
  const walk = new Walk(root, limits);
  await walk.all();
  return walk;
}

class Walk implements Walked {
  readonly folders: BytePath[] = [];
  readonly links: { path: BytePath; target: string }[] = [];
  readonly files: FoundFile[] = [];
  readonly leftOut = new LeftOutCount();
  readonly #limits: Config['materials'];
  readonly #asked: ReadonlySet<BytePath>;
  readonly #waiting: Folder[];
  #seen = 0;
  #bytes = 0;

  constructor(root: string, limits: Config['materials']) {
    this.#limits = limits;
    this.#asked = new Set(limits.include.map((path) => Buffer.from(path).toString('latin1')));
    this.#waiting = [{ path: '', root, at: '' }];
  }

  async all(): Promise<void> {
    for (let folder = this.#waiting.pop(); folder; folder = this.#waiting.pop()) await this.#folder(folder);
  }

  async #folder(folder: Folder): Promise<void> {
    try {
      const names: string[] = [];
      for await (const { name } of await opendir(hostPath(folder), NAMES)) {
        if (++this.#seen > this.#limits.files_max)
          throw tooLarge(`more than ${this.#limits.files_max} files`, 'materials.files_max');
        names.push((name as unknown as Buffer).toString('latin1'));
      }
      // The same whatever the filesystem's order is.
      for (const [index, name] of names.sort().entries()) {
        if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await othersTurn();
        this.#look(below(folder, name));
      }
    } catch (error) {
      if (error instanceof BpError) throw error;
      if (isOneOf(error, 'ENOENT', 'ENOTDIR')) return;
      if (folder.path === '') throw unreadable(error);
      this.leftOut.add('unreadable', folder.path);
    }
  }

  /** What goes or changes its kind meanwhile is seen the next time. */
  #look(entry: Folder): void {
    try {
      this.#entry(entry);
    } catch (error) {
      ignore('ENOENT', 'ENOTDIR', 'EINVAL')(error);
    }
  }

  #entry(entry: Folder): void {
    const { path } = entry;
    const isAsked = this.#asked.has(path);
    const reason = isAsked ? undefined : reasonByName(path.slice(path.lastIndexOf('/') + 1));
    if (!isBytePath(path)) this.leftOut.add('name', path);
    else if (reason) this.leftOut.add(reason, path);
    else {
      const stats = lstatSync(hostPath(entry), { bigint: true, throwIfNoEntry: false });
      if (stats) this.#take(entry, stats, isAsked);
    }
  }

  #take(entry: Folder, stats: BigIntStats, isAsked: boolean): void {
    if (stats.isSymbolicLink()) this.#link(entry, isAsked);
    else if (stats.isDirectory()) {
      this.folders.push(entry.path);
      this.#waiting.push(entry);
    } else if (stats.isFile()) this.#file(entry, stats, isAsked);
    else this.leftOut.add('special', entry.path);
  }

  #file({ path, root, at }: Folder, stats: BigIntStats, isAsked: boolean): void {
    const bytes = Number(stats.size);
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.bytes_max)
      throw tooLarge(`more than ${this.#limits.bytes_max} bytes`, 'materials.bytes_max');
    this.files.push({
      ...{ path, root, at, bytes, isAsked },
      executable: (stats.mode & 0o111n) !== 0n,
      stamp: stampOf(stats.ino, stats.ctimeNs),
      changedMs: Number(stats.ctimeMs),
      modifiedAt: Math.floor(Number(stats.mtimeMs) / 1000),
    });
  }

  #link(entry: Folder, isAsked: boolean): void {
    const target = readlinkSync(hostPath(entry), { encoding: 'buffer' }).toString('latin1');
    if (staysWithin(entry.path, target)) this.links.push({ path: entry.path, target });
    else if (isAsked) this.#follow(entry);
    else this.leftOut.add('link', entry.path);
  }

  /** Whom it leads to stands in its place. */
  #follow(link: Folder): void {
    const { path } = link;
    try {
      const real = realpathSync(hostPath(link));
      const stats = statSync(real, { bigint: true });
      if (stats.isDirectory()) {
        this.folders.push(path);
        this.#waiting.push({ path, root: real, at: '' });
      } else if (stats.isFile()) {
        const name = Buffer.from(real.slice(real.lastIndexOf('/') + 1)).toString('latin1');
        this.#file({ path, root: real.slice(0, real.lastIndexOf('/')) || '/', at: name }, stats, true);
      } else this.leftOut.add('special', path);
    } catch (error) {
      ignore('ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')(error);
      this.leftOut.add('unreadable', path);
    }
  }
}

/** Its types know text alone. */
const NAMES = { encoding: 'buffer', bufferSize: 256 } as unknown as { readonly encoding: 'utf8' };

/** False where there is nothing. What is no folder would be taken for nothing. */
function isFolder(root: string): boolean {
  try {
    if (!lstatSync(root, { throwIfNoEntry: false })) return false;
    if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return true;
  } catch (error) {
    throw unreadable(error);
  }
  throw new BpError('materials_unreadable', 'materials is no folder, and no link to one', {
    hint: 'make it one, or take it away',
  });
}

function hostPath({ root, at }: Pick<Folder, 'root' | 'at'>): Buffer {
  return Buffer.concat([Buffer.from(root), pathBytes(at === '' ? '' : `/${at}`)]);
}

function below({ path, root, at }: Folder, name: string): Folder {
  return { path: path === '' ? name : `${path}/${name}`, root, at: at === '' ? name : `${at}/${name}` };
}

/** By its text: on the way there may be other links, which were looked at likewise. */
function staysWithin(path: BytePath, target: string): boolean {
  if (target === '' || target.startsWith('/')) return false;
  let depth = path.split('/').length - 1;
  for (const name of target.split('/')) {
    if (name === '..') depth -= 1;
    else if (name !== '' && name !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

/** Lets whoever waits for the event loop have it. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function tooLarge(what: string, key: string): BpError {
  return new BpError('materials_too_large', `materials/ holds ${what}`, { hint: `take some away, or raise ${key}` });
}

function unreadable(cause: unknown): BpError {
  return new BpError('materials_unreadable', `materials/ can't be read (${errorCode(cause) ?? 'unknown'})`, {
    hint: 'see its owner and permissions',
    cause,
  });
}
