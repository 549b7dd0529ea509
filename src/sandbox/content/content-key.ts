import { createHash } from 'node:crypto';
import type { ContentEntry } from '../sandbox.ts';

/** The key of a tree: the SHA-256 of what containers see of it, whatever the order of its entries. */
export function contentKey(entries: readonly ContentEntry[]): string {
  const hash = createHash('sha256');
  for (const line of entries.map((entry) => JSON.stringify(seenOf(entry))).sort()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

function seenOf(entry: ContentEntry): readonly (string | number | boolean)[] {
  switch (entry.kind) {
    case 'folder':
      return [entry.path, 'folder'];
    case 'link':
      return [entry.path, 'link', entry.target];
    case 'file':
      return [entry.path, 'file', entry.bytes, entry.digest, entry.executable];
  }
}
