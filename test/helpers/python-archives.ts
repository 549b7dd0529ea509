import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PythonArchive {
  /** The package's. */
  readonly name: string;
  readonly file: string;
  readonly content: Buffer;
}

/** A wheel of that name and version, whose `greet` greets, and `built`, which has no wheel. */
export function pythonArchives(name: string, version: string): readonly PythonArchive[] {
  const folder = mkdtempSync(join(tmpdir(), 'bp-wheel-'));
  try {
    const script = fileURLToPath(new URL('python-archives.py', import.meta.url));
    execFileSync('python3', [script, folder, name, version]);
    return readdirSync(folder).map((file) => ({
      name: file.split('-')[0] ?? '',
      file,
      content: readFileSync(join(folder, file)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
