import { createHash } from 'node:crypto';
import type { Config } from '../../../config/schema.ts';
import type { LeftOut } from '../../../domain/materials.ts';
import { KeySearch } from '../../../domain/secret-signs.ts';
import type { Clock } from '../../../platform/clock.ts';
import { isOneOf } from '../../../platform/system-error.ts';
import type { Content, ContentEntry, ContentTree } from '../../sandbox.ts';
import { ContentKey } from '../content-key.ts';
import { HostFolder } from '../shipped/host-folder.ts';
import { othersTurn, walkMaterials, type FoundFile, type Walked } from './materials-walk.ts';

/** What lies in the folder now for agents to see. */
export interface MaterialsLook {
  /** Null: nothing. */
  readonly content: (Content & { readonly source: ContentTree }) | null;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: readonly LeftOut[];
}

const NOTHING: MaterialsLook = { content: null, files: 0, bytes: 0, leftOut: [] };
const PIECE_BYTES = 256 * 1024;
/** Within the same tick of the kernel's clock a file can change without a sign of it. */
const SETTLED_MS = 1000;
/** So many are passed over before others get their turn. */
const ENTRIES_PER_TURN = 512;

interface Read {
  readonly stamp: string;
  readonly digest: string;
  readonly hasKey: boolean;
}

/** What was looked at, and what came of it. */
interface Known {
  readonly walked: Pick<Walked, 'folders' | 'links' | 'files'>;
  /** What was left out by names and kinds alone. */
  readonly unopened: string;
  readonly read: ReadonlyMap<string, Read>;
  readonly look: MaterialsLook;
}

/** The operator's folder of materials: whoever looks often reads again only what has changed. */
export class MaterialsFolder {
  readonly #root: string;
  readonly #limits: Config['materials'];
  readonly #clock: Clock;
  #known: Known | undefined;

  constructor(root: string, limits: Config['materials'], clock: Clock) {
    this.#root = root;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Rejects with `materials_too_large`, `materials_unreadable`. */
  async look(): Promise<MaterialsLook> {
    const walked = await walkMaterials(this.#root, this.#limits);
    if (!walked) {
      this.#known = undefined;
      return NOTHING;
    }
    if (!this.#known || !(await isSame(walked, this.#known))) this.#known = await this.#read(walked);
    return this.#known.look;
  }

  async #read({ folders, links, files, leftOut }: Walked): Promise<Known> {
    const unopened = JSON.stringify(leftOut.all);
    const read = new Map<string, Read>();
    const entries: ContentEntry[] = [
      ...folders.map((path) => ({ kind: 'folder' as const, path })),
      ...links.map((link) => ({ kind: 'link' as const, ...link })),
    ];
    const roots = new Map<string, HostFolder>();
    let [count, bytes] = [0, 0];
    for (const [index, file] of files.entries()) {
      if (index % ENTRIES_PER_TURN === 0) await othersTurn();
      const folder = roots.get(file.root) ?? new HostFolder(file.root);
      roots.set(file.root, folder);
      const known = this.#known?.read.get(file.path);
      const found = known?.stamp === file.stamp ? known : await readFound(folder, file);
      if (found === undefined) continue;
      if (found === 'unreadable') leftOut.add('unreadable', file.path);
      else if (found.hasKey && !file.isAsked) leftOut.add('key', file.path);
      else {
        entries.push(entryOf(file, found.digest, this.#root));
        count += 1;
        bytes += file.bytes;
      }
      if (found !== 'unreadable' && this.#clock.now() - file.changedMs > SETTLED_MS) read.set(file.path, found);
    }
    const key = new ContentKey();
    for (const [index, entry] of entries.entries()) {
      if (index % ENTRIES_PER_TURN === 0) await othersTurn();
      key.add(entry);
    }
    const content = { key: key.digest, source: { kind: 'tree', root: this.#root, entries } } as const;
    const look = { content: entries.length === 0 ? null : content, files: count, bytes, leftOut: leftOut.all };
    return { walked: { folders, links, files }, unopened, read, look };
  }
}

/** Whether nothing has changed, and whatever was read is still what it was. */
async function isSame({ folders, links, files, leftOut }: Walked, { walked, unopened, read }: Known): Promise<boolean> {
  if (files.length !== read.size || files.length !== walked.files.length) return false;
  if (folders.length !== walked.folders.length || links.length !== walked.links.length) return false;
  if (folders.some((path, index) => path !== walked.folders[index])) return false;
  if (
    links.some((link, index) => link.path !== walked.links[index]?.path || link.target !== walked.links[index].target)
  )
    return false;
  for (const [index, { path, stamp, root }] of files.entries()) {
    if (index % ENTRIES_PER_TURN === 0) await othersTurn();
    const before = walked.files[index];
    if (before?.path !== path || before.stamp !== stamp || before.root !== root) return false;
  }
  return JSON.stringify(leftOut.all) === unopened;
}

/** Undefined where it is gone, or shorter by now: the next look sees what came of it. */
async function readFound(
  folder: HostFolder,
  { at, bytes, stamp }: FoundFile,
): Promise<Read | 'unreadable' | undefined> {
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

function entryOf(
  { path, root, at, bytes, executable, modifiedAt }: FoundFile,
  digest: string,
  own: string,
): ContentEntry {
  const file = { kind: 'file', path, bytes, digest, executable, modifiedAt } as const;
  return root === own ? file : { ...file, from: { root, path: at } };
}
