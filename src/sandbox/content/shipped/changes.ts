import { parentOf, type BytePath } from './byte-path.ts';
import type { Agreement } from './agreement.ts';
import { isFolderState, stateOf, type Entry, type Tree } from './entry.ts';

/** What has changed in a tree, in the order in which it is done elsewhere: what is removed comes first. */
export interface Changes {
  /** With all below them. */
  readonly removed: readonly BytePath[];
  /** Each after the one that it stands in. */
  readonly folders: readonly Entry[];
  readonly links: readonly Entry[];
  readonly files: readonly Entry[];
}

/** What the engine holds that both sides did not agree on. Pipes and sockets are no content. */
export function changesSince({ entries: agreed }: Agreement, tree: Tree): Changes {
  const changed = [...tree.values()].filter((entry) => agreed.get(entry.path)?.engine !== stateOf(entry));
  const of = (kind: Entry['kind']) => changed.filter((entry) => entry.kind === kind);
  const removed = [...agreed].filter(([path, { engine }]) => {
    const entry = tree.get(path);
    if (!entry || entry.kind === 'other') return true;
    return isFolderState(engine) !== (entry.kind === 'folder');
  });
  return {
    removed: topmost(new Set(removed.map(([path]) => path))),
    ...{ folders: of('folder'), links: of('link'), files: of('file') },
  };
}

/** What has to be done on the engine, which holds `there`, so that it holds what the host does. */
export function changesFrom({ entries: agreed }: Agreement, here: Tree, there: Tree): Changes {
  const isThere = (entry: Entry) => {
    const other = there.get(entry.path);
    const known = agreed.get(entry.path);
    if (other?.kind !== entry.kind) return false;
    if (entry.kind === 'link') return other.target === entry.target;
    return known?.host === stateOf(entry) && known.engine === stateOf(other);
  };
  const changed = [...here.values()].filter((entry) => !isThere(entry));
  const of = (kind: Entry['kind']) => changed.filter((entry) => entry.kind === kind);
  const removed = [...there.values()].filter(({ path, kind }) => {
    const entry = here.get(path);
    if (!entry || entry.kind === 'other') return true;
    return (kind === 'folder') !== (entry.kind === 'folder');
  });
  return {
    removed: topmost(new Set(removed.map(({ path }) => path))),
    ...{ folders: of('folder'), links: of('link'), files: of('file') },
  };
}

/** Without those that go with one above them. */
function topmost(paths: ReadonlySet<BytePath>): readonly BytePath[] {
  const isBelowAnother = (path: BytePath) => {
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) if (paths.has(above)) return true;
    return false;
  };
  return [...paths].filter((path) => !isBelowAnother(path));
}
