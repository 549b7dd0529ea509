import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SafeDirectory } from '../../../src/sandbox/content/safe-directory.ts';
import { writeTree } from '../../../src/sandbox/content/safe-file.ts';

let place: string;
let root: string;
let outside: string;
let directory: SafeDirectory;
let staging: SafeDirectory;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'bp-safe-'));
  root = join(place, 'workspace');
  outside = join(place, 'outside');
  for (const path of [root, outside, join(place, 'staging')]) mkdirSync(path);
  writeFileSync(join(outside, 'precious'), 'untouched');
  directory = await SafeDirectory.open(root);
  staging = await SafeDirectory.open(join(place, 'staging'));
});
afterEach(async () => {
  await directory.close();
  await staging.close();
  rmSync(place, { recursive: true });
});

async function write(path: string, text = 'new', executable = false): Promise<void> {
  const files = [{ path, content: Buffer.from(text), executable }];
  await writeTree(directory, staging, 'exe_1', { files, owner: undefined });
}

function expectUntouched(): void {
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('untouched');
  expect(readdirSync(outside)).toEqual(['precious']);
  expect(readdirSync(join(place, 'staging'))).toEqual([]);
}

describe('a file written into a hostile tree', () => {
  it('stands there with its content and mode, in directories that are made on the way', async () => {
    await write('a/b/main', 'run', true);
    expect(readFileSync(join(root, 'a/b/main'), 'utf8')).toBe('run');
    expect(lstatSync(join(root, 'a/b/main')).mode & 0o777).toBe(0o755);
    await write('a/b/data');
    expect(lstatSync(join(root, 'a/b/data')).mode & 0o777).toBe(0o644);
    expectUntouched();
  });

  it('replaces an earlier one as a whole', async () => {
    await write('f', 'a long earlier text');
    await write('f', 'short');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('short');
  });

  it('replaces a link, also one that points nowhere, and leaves its target alone', async () => {
    symlinkSync(join(outside, 'precious'), join(root, 'f'));
    symlinkSync(join(outside, 'new'), join(root, 'g'));
    await write('f');
    await write('g');
    expect(lstatSync(join(root, 'f')).isFile()).toBe(true);
    expect(lstatSync(join(root, 'g')).isFile()).toBe(true);
    expectUntouched();
  });

  it('replaces a linked directory on its way, and does not go through it', async () => {
    symlinkSync(outside, join(root, 'a'));
    await write('a/precious', 'inside');
    expect(lstatSync(join(root, 'a')).isDirectory()).toBe(true);
    expect(readFileSync(join(root, 'a/precious'), 'utf8')).toBe('inside');
    expectUntouched();
  });

  it('does not follow a chain or a circle of links', async () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    await write('a/f');
    expect(readFileSync(join(root, 'a/f'), 'utf8')).toBe('new');
    expectUntouched();
  });

  it('replaces a second name of another file without changing that file', async () => {
    linkSync(join(outside, 'precious'), join(root, 'f'));
    await write('f');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('new');
    expectUntouched();
  });

  it('does not wait for the other end of a FIFO, as a file or on its way', async () => {
    execFileSync('mkfifo', [join(root, 'f'), join(root, 'a')]);
    await write('f');
    await write('a/f');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('new');
    expect(readFileSync(join(root, 'a/f'), 'utf8')).toBe('new');
  });

  it('puts a directory of its name aside with all that is in it', async () => {
    mkdirSync(join(root, 'f'));
    writeFileSync(join(root, 'f', 'kept'), 'kept');
    await write('f');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('new');
    const [aside] = readdirSync(root).filter((name) => name.startsWith('.f.replaced-'));
    expect(readFileSync(join(root, aside!, 'kept'), 'utf8')).toBe('kept');
  });

  it('takes the place of a file where a directory is needed', async () => {
    writeFileSync(join(root, 'a'), 'a file');
    await write('a/f');
    expect(readFileSync(join(root, 'a/f'), 'utf8')).toBe('new');
  });

  it('is not led out by a directory that is exchanged for a link while it is written', async () => {
    mkdirSync(join(root, 'a'));
    const inner = await directory.openChild('a');
    renameSync(join(root, 'a'), join(root, 'moved'));
    symlinkSync(outside, join(root, 'a'));
    const files = [{ path: 'precious', content: Buffer.from('led astray'), executable: false }];
    await writeTree(inner, staging, 'exe_1', { files, owner: undefined });
    await inner.close();
    expect(readFileSync(join(root, 'moved', 'precious'), 'utf8')).toBe('led astray');
    expectUntouched();
  });

  it.each(['../f', '/f', 'a/../../f', 'a//f', './f', 'a/.', '', 'f\0g'])('is not written to %j', async (path) => {
    await expect(write(path)).rejects.toThrow('not a file name');
    expectUntouched();
  });

  it('does not trip over a temporary file of an execution that was cut short', async () => {
    writeFileSync(join(place, 'staging', 'exe_1.0'), 'half');
    await write('f');
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('new');
    expect(readdirSync(join(place, 'staging'))).toEqual(['exe_1.0']);
  });
});

describe('a file read from a hostile tree', () => {
  it('is read where it is a regular one within the limit', async () => {
    writeFileSync(join(root, 'f'), 'text');
    expect((await directory.readFile('f', 4))?.toString()).toBe('text');
    expect(await directory.readFile('f', 3)).toBeUndefined();
    expect(await directory.readFile('absent', 100)).toBeUndefined();
  });

  it('is not read through a link, from a FIFO or from a directory', async () => {
    symlinkSync(join(outside, 'precious'), join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    mkdirSync(join(root, 'directory'));
    for (const name of ['link', 'fifo', 'directory']) expect(await directory.readFile(name, 100)).toBeUndefined();
  });
});

describe('a directory', () => {
  it('is not opened through a link', async () => {
    symlinkSync(outside, join(root, 'a'));
    await expect(directory.openChild('a')).rejects.toThrow();
    await expect(SafeDirectory.open(join(root, 'a'))).rejects.toThrow();
  });

  it('says so where it has more names than may be looked at', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(root, name), '');
    expect((await directory.names(3))?.sort()).toEqual(['a', 'b', 'c']);
    expect(await directory.names(2)).toBeUndefined();
    expect(existsSync(join(root, 'a'))).toBe(true);
  });
});
