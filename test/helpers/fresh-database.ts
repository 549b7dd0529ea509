import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/store.ts';

/** By the time at which they were made, which stands in them. */
const made = new Map<number, Buffer>();

/**
 * Puts an empty database where there is none, as `openStore` makes it. It makes the first one; all others are copies,
 * since to migrate takes most of what many a test takes.
 */
export function putFreshDatabase(path: string, now: number): void {
  const bytes = made.get(now) ?? make(now);
  made.set(now, bytes);
  writeFileSync(path, bytes, { mode: 0o600 });
}

function make(now: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bp-fresh-'));
  try {
    const path = join(folder, 'economy.db');
    openStore({ path, create: true, now }).close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
