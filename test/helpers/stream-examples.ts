import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes that docs/stream.md shows, by what it says of them. */
export function streamExample(title: string): Buffer {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'stream.md'), 'utf8');
  const found = new RegExp(`\`\`\`hex ${title}\n([0-9a-f\\s]+)\n\`\`\``).exec(text);
  if (!found) throw new Error(`docs/stream.md has no example "${title}"`);
  return Buffer.from(found[1]!.replaceAll(/\s/g, ''), 'hex');
}
