import { createHash } from 'node:crypto';
import type { ContentEntry } from '../sandbox.ts';

/** The key of a tree, made while its entries come: the SHA-256 of what containers see of them, in their order. */
export class ContentKey {
  readonly #hash = createHash('sha256');

  add(entry: ContentEntry): void {
    this.#hash.update(`${JSON.stringify(seenOf(entry))}\n`);
  }

  /** To be called once. */
  get digest(): string {
    return this.#hash.digest('hex');
  }
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
