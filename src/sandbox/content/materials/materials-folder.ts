import { createHash } from 'node:crypto';
import type { Config } from '../../../config/schema.ts';
import type { LeftOut } from '../../../domain/materials.ts';
import type { Clock } from '../../../platform/clock.ts';
import { isOneOf } from '../../../platform/system-error.ts';
import type { Content, ContentEntry } from '../../sandbox.ts';
import { contentKey } from '../content-key.ts';
import { HostFolder } from '../shipped/host-folder.ts';
import { KeySearch } from './left-out.ts';
import { walkMaterials, type FoundFile } from './materials-walk.ts';

/** What lies in the folder now for agents to see. */
export interface MaterialsLook {
  /** Null: nothing. */
  readonly content: Content | null;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: readonly LeftOut[];
}

const NOTHING: MaterialsLook = { content: null, files: 0, bytes: 0, leftOut: [] };
const PIECE_BYTES = 256 * 1024;
/** Within the same tick of the kernel's clock a file can change without a sign of it. */
const SETTLED_MS = 1000;

interface Read {
  readonly stamp: string;
  readonly digest: string;
  readonly hasKey: boolean;
}

/** The operator's folder of materials: whoever looks often reads again only what has changed. */
export class MaterialsFolder {
  readonly #root: string;
  readonly #limits: Config['materials'];
  readonly #clock: Clock;
  #read: ReadonlyMap<string, Read> = new Map();

  constructor(root: string, limits: Config['materials'], clock: Clock) {
    this.#root = root;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Rejects with `materials_too_large`, `materials_unreadable`. */
  async look(): Promise<MaterialsLook> {
    const walked = await walkMaterials(this.#root, this.#limits);
    if (!walked) return NOTHING;
    const { folders, links, files, leftOut } = walked;
    const known = new Map<string, Read>();
    const entries: ContentEntry[] = folders.map((path) => ({ kind: 'folder', path }));
    for (const { path, target } of links) entries.push({ kind: 'link', path, target });
    const roots = new Map<string, HostFolder>();
    let [count, bytes] = [0, 0];
    for (const file of files) {
      const folder = roots.get(file.root) ?? new HostFolder(file.root);
      roots.set(file.root, folder);
      const read = await this.#readFile(folder, file);
      if (read === undefined) continue;
      if (read === 'unreadable') leftOut.add('unreadable', file.path);
      else if (read.hasKey && !file.isAsked) leftOut.add('key', file.path);
      else {
        entries.push(entryOf(file, read.digest, this.#root));
        count += 1;
        bytes += file.bytes;
      }
      if (read !== 'unreadable' && this.#clock.now() - file.changedMs > SETTLED_MS) known.set(file.path, read);
    }
    this.#read = known;
    const isEmpty = entries.length === 0;
    const content = isEmpty ? null : { key: contentKey(entries), source: treeOf(this.#root, entries) };
    return { content, files: count, bytes, leftOut: leftOut.all };
  }

  /** Undefined where it is gone, or shorter by now: the next look sees what came of it. */
  async #readFile(folder: HostFolder, { path, at, bytes, stamp }: FoundFile): Promise<Read | 'unreadable' | undefined> {
    const known = this.#read.get(path);
    if (known?.stamp === stamp) return known;
    try {
      const handle = await folder.openFile(at);
      try {
        const hash = createHash('sha256');
        const keys = new KeySearch();
        const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE_BYTES, bytes)));
        for (let from = 0; from < bytes;) {
          const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, bytes - from), from);
          if (bytesRead === 0) return undefined;
          hash.update(buffer.subarray(0, bytesRead));
          keys.push(buffer.subarray(0, bytesRead));
          from += bytesRead;
        }
        return { stamp, digest: hash.digest('hex'), hasKey: keys.isFound };
      } finally {
        await handle.close();
      }
    } catch (error) {
      return isOneOf(error, 'ENOENT', 'ENOTDIR') ? undefined : 'unreadable';
    }
  }
}

function treeOf(root: string, entries: readonly ContentEntry[]): Content['source'] {
  return { kind: 'tree', root, entries };
}

function entryOf(
  { path, root, at, bytes, executable, modifiedAt }: FoundFile,
  digest: string,
  own: string,
): ContentEntry {
  const file = { kind: 'file', path, bytes, digest, executable, modifiedAt } as const;
  return root === own ? file : { ...file, from: { root, path: at } };
}
