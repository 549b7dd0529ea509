import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ContentKey } from '../../src/sandbox/content/content-key.ts';
import type { Content, ContentEntry } from '../../src/sandbox/sandbox.ts';

export type Texts = Readonly<Record<string, string>>;

/** Writes files below a folder of this host, and gives them as content. A name is in latin1, one character a byte. */
export function contentOf(root: string, texts: Texts, others: readonly ContentEntry[] = []): Content {
  const entries: ContentEntry[] = [];
  mkdirSync(root, { recursive: true });
  const folders = new Set<string>();
  for (const [path, text] of Object.entries(texts)) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]), text);
    entries.push({
      ...{ kind: 'file', path, bytes: Buffer.byteLength(text), modifiedAt: 1_700_000_000 },
      ...{ digest: createHash('sha256').update(text).digest('hex'), executable: path.endsWith('.sh') },
    });
  }
  const all = [...[...folders].map((path) => ({ kind: 'folder' as const, path })), ...entries, ...others];
  const key = new ContentKey();
  for (const entry of all) key.add(entry);
  return { key: key.digest, source: { kind: 'tree', root, entries: all } };
}
