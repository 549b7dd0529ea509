import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BpError } from '../../../platform/errors.ts';
import { namesIn } from '../../../platform/folder.ts';
import { runProgram } from '../../../platform/host-program.ts';
import { errorCode, ignore, isOneOf } from '../../../platform/system-error.ts';
import { filesError } from '../safe-file.ts';
import { parentOf, shownPath, type BytePath } from './byte-path.ts';
import type { Changes } from './changes.ts';
import type { HostFolder } from './host-folder.ts';

const path = z.string();
const mode = z.number();
const plan = z.object({
  version: z.literal(1),
  removed: z.array(path),
  folders: z.array(z.object({ path, mode })),
  links: z.array(z.object({ path, target: z.string() })),
  /** The one at index n was written to the file n beside this plan, as it is to be. */
  files: z.array(path),
});
type Plan = z.output<typeof plan>;

const PLAN = 'plan.json';
/** There once all that was to be removed has been: what has that name by then is new. */
const REMOVED = 'removed';
/** So many files are made durable one by one; more of them, with the whole filesystem. */
const SYNCED_ONE_BY_ONE_MAX = 16;
const LANDING = 'landing-';

/**
 * Where changes of an agent's folder are gathered, beside it, before any of them is made. From `commit` on they are
 * made in any case: who finds a committed landing makes the rest of them. A landing that isn't committed is thrown
 * away.
 */
export class Landing {
  readonly #directory: string;

  /** `name` is the folder's, of which there is one landing at a time. */
  constructor(staging: string, name: string) {
    this.#directory = join(staging, `${LANDING}${name}`);
  }

  /** Begins anew. */
  async open(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
  }

  /** Where the content of a file is to be written. */
  file(index: number): string {
    return join(this.#directory, String(index));
  }

  /** Promises the changes. */
  async commit({ removed, folders, links, files }: Changes): Promise<void> {
    const content: Plan = {
      version: 1,
      removed: [...removed],
      folders: folders.map((entry) => ({ path: entry.path, mode: entry.mode })),
      links: links.map((entry) => ({ path: entry.path, target: entry.target })),
      files: files.map((entry) => entry.path),
    };
    if (files.length <= SYNCED_ONE_BY_ONE_MAX) for (const index of files.keys()) await syncFile(this.file(index));
    else await syncFilesystem(this.#directory);
    await writeDurably(this.#directory, PLAN, JSON.stringify(content));
  }

  /** Makes the changes, where they were promised, and takes the landing away. Rejects with `sandbox_files` or `sandbox_workspace`. */
  async finish(folder: HostFolder): Promise<void> {
    const text = await readFile(join(this.#directory, PLAN), 'utf8').catch(ignore('ENOENT'));
    if (text !== undefined) await this.#make(plan.parse(JSON.parse(text)), folder);
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Takes it away. Nothing of it may have been committed. */
  async drop(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #make({ removed, folders, links, files }: Plan, folder: HostFolder): Promise<void> {
    if (!(await isThere(join(this.#directory, REMOVED)))) {
      for (const gone of removed) await folder.remove(gone);
      await writeDurably(this.#directory, REMOVED, '');
    }
    for (const made of folders) await folder.makeFolder(made.path, made.mode);
    for (const [index, at] of files.entries()) {
      const from = this.file(index);
      if (await isThere(from)) await folder.receive(at, from);
    }
    for (const link of links) await folder.makeLink(link.path, link.target);
    for (const changed of new Set([...removed, ...files].map(parentOf)))
      await folder.sync(changed).catch(ignore('ENOENT', 'ENOTDIR', 'ELOOP'));
  }
}

/** The names of the folders whose landing was cut off. */
export async function landingsIn(staging: string): Promise<readonly string[]> {
  return (await namesIn(staging)).filter((name) => name.startsWith(LANDING)).map((name) => name.slice(LANDING.length));
}

/** Errors of the host's disk are nobody's fault. Those of its rules for names are the agent's, who chose the name. */
export function landingError(at: BytePath, error: unknown): BpError {
  if (error instanceof BpError) return error;
  if (isOneOf(error, 'EILSEQ', 'ENAMETOOLONG', 'EINVAL', 'EFBIG'))
    return new BpError('sandbox_workspace', `${shownPath(at)} can't be kept on this host (${errorCode(error)})`);
  return filesError(shownPath(at), error);
}

async function writeDurably(directory: string, name: string, content: string): Promise<void> {
  const path = join(directory, name);
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await syncFile(`${path}.new`);
  await rename(`${path}.new`, path);
  await syncFile(directory);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFilesystem(directory: string): Promise<void> {
  // Elsewhere than on Linux it knows only all of them.
  const what = process.platform === 'linux' ? ['--file-system', directory] : [];
  const options = { onLine: () => undefined, signal: new AbortController().signal };
  const { exitCode, lastError } = await runProgram('sync', what, options);
  if (exitCode !== 0) throw new BpError('sandbox_files', `${directory} could not be made durable: ${lastError}`);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(ignore('ENOENT'))) !== undefined;
}
