import { open, type FileHandle } from 'node:fs/promises';
import { BpError } from '../../../platform/errors.ts';
import { HANDSHAKE_NAME } from '../handshake-file.ts';
import type { Quota } from '../quota.ts';
import type { WorkspaceSize } from '../workspace.ts';
import type { Agreed, Agreement } from './agreement.ts';
import { broken } from './answer-reader.ts';
import { shownPath, type BytePath } from './byte-path.ts';
import { changesSince, type Changes } from './changes.ts';
import { folderState, sizeOf, stateOf, type Entry, type Tree } from './entry.ts';
import { hostMode, type HostFolder } from './host-folder.ts';
import { landingError, type Landing } from './landing.ts';
import { foreignName, indistinctNames, type NameRules } from './name-rules.ts';
import type { ContentEnd, Listing, Porter } from './porter.ts';
import { removeRequest } from './requests.ts';
import { treeOf } from './tree.ts';

export interface Arrival {
  readonly folder: HostFolder;
  readonly landing: Landing;
  readonly porter: Porter;
  readonly agreement: Agreement;
  /** What may come. */
  readonly quota: Quota;
  readonly names: NameRules;
}

export interface Arrived {
  /** Of what the agent has left, as far as it was looked at. */
  readonly size: WorkspaceSize;
  /** What both sides hold now, or what in the agent's files kept everything from coming. */
  readonly outcome: { readonly agreement: Agreement } | { readonly refused: string };
}

/**
 * Brings home what an agent has left on its engine, carrying what has changed: all of it or nothing. Rejects with
 * `sandbox_files` where this host can't write it, with `sandbox_content` where the stream breaks, and with
 * `sandbox_workspace` where what comes is more than was listed.
 */
export async function bringHome({ folder, landing, porter, agreement, quota, names }: Arrival): Promise<Arrived> {
  const listing = await porter.list(quota.files, { unlock: true });
  const tree = treeOf(listing.entries);
  const { bytes, files } = sizeOf(withHandshake(tree, folder));
  const size = { bytes: bytes + listing.ownBytes, files };
  const refused = tooMuchOf(listing, size, quota) ?? unfitNames(tree, names);
  if (refused !== undefined) return { size, outcome: { refused: `the workspace holds ${refused}` } };
  const changes = withHostsOwn(folder, changesSince(agreement, tree));
  await landing.open();
  let ends: readonly ContentEnd[];
  try {
    ends = await fetchFiles(porter, landing, changes.files, quota);
    await landing.commit(changes);
  } catch (error) {
    await landing.drop();
    throw error;
  }
  await landing.finish(folder).catch((error: unknown) => {
    throw landingError('', error);
  });
  const entries = agreedOn({ folder, agreement, tree, changes, ends });
  await forgetHandshake(porter);
  entries.delete(HANDSHAKE_NAME);
  return { size, outcome: { agreement: { settled: true, entries } } };
}

function tooMuchOf({ end }: Listing, { bytes }: WorkspaceSize, quota: Quota): string | undefined {
  if (end === 'too_many') return `more than ${quota.files} files and folders`;
  if (end === 'incomplete') return 'folders that are nested too deeply, or names that are too long';
  return bytes > quota.bytes ? `${bytes} bytes, of which ${quota.bytes} may be kept` : undefined;
}

function unfitNames(tree: Tree, names: NameRules): string | undefined {
  const foreign = foreignName(tree, names);
  if (foreign !== undefined) return `${shownPath(foreign)}, which is no name on this host`;
  const pair = indistinctNames(tree, names);
  return pair && `${pair.map(shownPath).join(' and ')}, which are one name on this host`;
}

/** Where the operator has put something of another kind meanwhile, it gives way. */
function withHostsOwn(folder: HostFolder, changes: Changes): Changes {
  const inTheWay = [...changes.folders, ...changes.files, ...changes.links].filter(({ path, kind }) => {
    const own = folder.entry(path);
    return own && (own.kind === 'folder') !== (kind === 'folder');
  });
  return { ...changes, removed: [...new Set([...changes.removed, ...inTheWay.map(({ path }) => path)])] };
}

/** It counts as long as the agent leaves it: on the engine, or here where it was brought home before. */
function withHandshake(tree: Tree, folder: HostFolder): readonly Entry[] {
  const own = tree.has(HANDSHAKE_NAME) ? undefined : folder.entry(HANDSHAKE_NAME);
  return own ? [...tree.values(), own] : [...tree.values()];
}

/** Writes the content of files into the landing, and returns in what state each was read. */
async function fetchFiles(
  porter: Porter,
  landing: Landing,
  files: readonly Entry[],
  quota: Quota,
): Promise<readonly ContentEnd[]> {
  const ends: ContentEnd[] = [];
  let room = quota.bytes;
  const current: { handle?: FileHandle | undefined } = {};
  const write = async <T>(at: BytePath, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw landingError(at, error);
    });
  const sinkOf = (index: number) => {
    const { path } = files[index]!;
    const openHandle = async () => (current.handle ??= await open(landing.file(index), 'wx', 0o600));
    return {
      async piece(offset: number, bytes: Uint8Array) {
        room -= bytes.length;
        if (room < 0) throw new BpError('sandbox_workspace', `the workspace holds more than ${quota.bytes} bytes`);
        await write(path, async () => (await openHandle()).write(bytes, 0, bytes.length, offset));
      },
      async end(end: ContentEnd) {
        if (end.errno !== 0) throw broken(`${shownPath(path)} could not be read (errno ${end.errno})`);
        await write(path, async () => {
          const opened = await openHandle();
          await opened.truncate(end.size);
          await opened.chmod(hostMode('file', files[index]!.mode));
          const seconds = Number(end.modifiedNs / 1000n) / 1e6;
          await opened.utimes(seconds, seconds);
          current.handle = undefined;
          await opened.close();
        });
        ends.push(end);
      },
    };
  };
  try {
    const paths = files.map(({ path }) => path);
    await porter.get(paths, sinkOf);
  } finally {
    await current.handle?.close();
  }
  return ends;
}

function agreedOn(parts: {
  readonly folder: HostFolder;
  readonly agreement: Agreement;
  readonly tree: Tree;
  readonly changes: Changes;
  readonly ends: readonly ContentEnd[];
}): Map<BytePath, Agreed> {
  const { folder, agreement, tree, changes, ends } = parts;
  const entries = new Map<BytePath, Agreed>();
  for (const path of tree.keys()) {
    const known = agreement.entries.get(path);
    if (known) entries.set(path, known);
  }
  for (const entry of changes.folders)
    entries.set(entry.path, { engine: stateOf(entry), host: folderState(hostMode('folder', entry.mode)) });
  for (const entry of changes.links) entries.set(entry.path, { engine: stateOf(entry), host: stateOf(entry) });
  for (const [index, { path }] of changes.files.entries())
    entries.set(path, { engine: ends[index]!.stamp, host: folder.entry(path)?.stamp ?? '' });
  return entries;
}

/** Its token is dead, but it has no business to lie about on an engine. */
async function forgetHandshake(porter: Porter): Promise<void> {
  const requests = (async function* () {
    yield removeRequest(HANDSHAKE_NAME);
  })();
  await porter.change(requests, 1, (_, { errno }) => {
    if (errno !== 0) throw broken(`the handshake could not be removed (errno ${errno})`);
  });
}
