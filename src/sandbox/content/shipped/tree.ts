import { broken } from './answer-reader.ts';
import { parentOf } from './byte-path.ts';
import type { Entry, Tree } from './entry.ts';

/**
 * What was listed, as a tree. Throws `sandbox_content` where it is none: what stands below a link, or beside another of its
 * name, would land elsewhere than it says.
 */
export function treeOf(entries: readonly Entry[]): Tree {
  const tree = new Map<string, Entry>();
  for (const entry of entries) {
    const parent = parentOf(entry.path);
    if (tree.has(entry.path)) throw broken('a list with a name twice');
    if (parent !== '' && tree.get(parent)?.kind !== 'folder') throw broken('a list that is no tree');
    tree.set(entry.path, entry);
  }
  return tree;
}
