import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { baseContext, imageContext } from '../../../src/sandbox/docker/image/build-context.ts';

let directory: string;

function write(path: string, text: string): void {
  mkdirSync(join(directory, path, '..'), { recursive: true });
  writeFileSync(join(directory, path), text);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-context-'));
  write('Dockerfile', 'FROM x\n');
  write('bp/main.c', 'int main;\n');
  write('identity/identity.c', 'int none;\n');
  write('packages/runtime.txt', 'python3\n');
  write('packages/npm.txt', 'npm 1.0.0 sha512-AA==\n');
  write('packages/node.sh', 'true\n');
  write('sdk/bp.py', 'pass\n');
  write('sdk/javascript/bp.d.mts', 'export {};\n');
  write('supervisor/main.c', 'int main;\n');
  write('supervisor/Makefile', 'all:\n');
  write('base/build.Dockerfile', 'FROM y\n');
  write('base/fetch.sh', 'true\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

it('the image is built from the Dockerfile, the command bp, what names an agent, the package lists, the SDKs and the supervisor', async () => {
  const { files } = await imageContext(directory);
  expect(files).toEqual([
    'Dockerfile',
    'bp/main.c',
    'identity/identity.c',
    'packages/node.sh',
    'packages/npm.txt',
    'packages/runtime.txt',
    'sdk/bp.py',
    'sdk/javascript/bp.d.mts',
    'supervisor/Makefile',
    'supervisor/main.c',
  ]);
});

it('a base is made from its own files and the package lists', async () => {
  expect((await baseContext(directory)).files).toEqual([
    'base/build.Dockerfile',
    'base/fetch.sh',
    'packages/node.sh',
    'packages/npm.txt',
    'packages/runtime.txt',
  ]);
});

it.each([
  'Dockerfile',
  'identity/identity.c',
  'packages/npm.txt',
  'packages/runtime.txt',
  'supervisor/main.c',
  'supervisor/new.h',
])('the digest changes with %s', async (path) => {
  const before = await imageContext(directory);
  write(path, 'changed\n');
  const after = await imageContext(directory);
  expect(before.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(after.digest).not.toBe(before.digest);
});

it('the digest does not change with what is not built in', async () => {
  const before = await imageContext(directory);
  write('README.md', 'words\n');
  write('seccomp.json', '{}\n');
  write('genesis/main.py', 'pass\n');
  write('supervisor/bp-supervisor', 'a compiled program\n');
  write('identity/libnss_bp.so.2', 'a compiled module\n');
  write('supervisor/.gitignore', 'bp-supervisor\n');
  expect(await imageContext(directory)).toEqual(before);
});

it('the content of one file can not be taken for that of two', async () => {
  write('supervisor/a.c', 'x');
  write('supervisor/b.c', 'y');
  const two = await imageContext(directory);
  rmSync(join(directory, 'supervisor/b.c'));
  write('supervisor/a.c', 'xsupervisor/b.c\n1\ny');
  expect((await imageContext(directory)).digest).not.toBe(two.digest);
});

it('a missing part is an error', async () => {
  rmSync(join(directory, 'packages'), { recursive: true });
  await expect(imageContext(directory)).rejects.toThrow('ENOENT');
});
