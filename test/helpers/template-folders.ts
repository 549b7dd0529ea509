import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a template of tests needs of its home: little, but for what a test says. */
export const LITTLE = {
  bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 },
  ...{ wall_seconds: 30, file_bytes: 4096, supply_tokens: 0 },
};

export interface TemplateFolders {
  /** In place of `runtime/` of this package. */
  readonly runtimeDirectory: string;
  /** Files by their paths within the template's folder. */
  add(name: string, form: object, files?: Readonly<Record<string, string>>): void;
  remove(): void;
}

export function templateFolders(): TemplateFolders {
  const runtimeDirectory = mkdtempSync(join(tmpdir(), 'bp-templates-'));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  mkdirSync(join(runtimeDirectory, 'templates'));
  return {
    runtimeDirectory,
    add(name, form, files = { 'files/main.py': '' }) {
      const folder = join(runtimeDirectory, 'templates', name);
      write(join(folder, 'template.json'), JSON.stringify(form));
      for (const [path, content] of Object.entries(files)) write(join(folder, path), content);
    },
    remove: () => rmSync(runtimeDirectory, { recursive: true, force: true }),
  };
}

/** npm's two files for a program of so little that nothing would have to be fetched. */
export function programFiles(version: string): Readonly<Record<string, string>> {
  const manifest = { name: 'tool', version, private: true };
  return {
    'program/package.json': JSON.stringify(manifest),
    'program/package-lock.json': JSON.stringify({ ...manifest, lockfileVersion: 3, packages: { '': manifest } }),
  };
}
