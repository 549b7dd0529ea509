import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedDirectory, installsDirectory } from '../../../src/config/home-places.ts';
import { InstallationFolder, sweepInstallations } from '../../../src/sandbox/content/installation-folder.ts';
import { needsRoot } from '../../helpers/needs.ts';
import { openSmallDisk } from '../../helpers/small-disk.ts';
import { fillWorkspace, makeWorkspace, workspacePaths } from '../../../src/sandbox/content/workspace.ts';

const BYTES_MAX = 1_000_000;
let home: string;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'bp-installs-'));
  await makeWorkspace(workspacePaths(home, 'agent-a'));
});
afterEach(() => rmSync(home, { recursive: true }));

const paths = () => workspacePaths(home, 'agent-a');
const ready = () => installedDirectory(home, 'agent-a');
const write = (root: string, path: string, content = path) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const read = (path: string) => readFileSync(join(paths().root, path), 'utf8');
const fill = async (bytesMax = BYTES_MAX) => {
  const folder = new InstallationFolder(home, 'agent-a');
  const files = [{ path: 'package.json', content: Buffer.from('{}'), executable: false }];
  await folder.fill({ root: paths().root, files, owner: undefined, bytesMax });
  return folder;
};
/** As an execution begins. */
const begin = () =>
  fillWorkspace(paths(), {
    files: [],
    handshake: '{}',
    owner: undefined,
    stagingName: 'exe_1',
    installed: ready(),
  });

describe('what packages are installed into', () => {
  it('is a copy of the workspace, without its token and without what an earlier installation made', async () => {
    const { root } = paths();
    for (const path of ['main.js', 'lib/a.js', 'env.json', 'node_modules/old/index.js', '.venv/bin/python'])
      write(root, path);
    symlinkSync('/etc/passwd', join(root, 'link'));
    const folder = await fill();
    expect(readdirSync(folder.tree).sort()).toEqual(['lib', 'link', 'main.js', 'package.json']);
    expect(lstatSync(join(folder.tree, 'link')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(root, 'package.json'))).toBe(false);
    await folder.remove();
    expect(readdirSync(installsDirectory(home))).toEqual([]);
  });

  it('is refused where the copy would be too large', async () => {
    write(paths().root, 'large', 'x'.repeat(2000));
    await expect(fill(1000)).rejects.toMatchObject({ code: 'sandbox_workspace' });
  });

  it('is taken away where a program was killed, once nothing can go on in it', async () => {
    await fill();
    const kept = await fill();
    await kept.keep();
    await sweepInstallations(home, { now: () => Date.now() });
    expect(readdirSync(installsDirectory(home)).sort()).toEqual(['agent-a.ready', 'agent-a.work']);
    await sweepInstallations(home, { now: () => Date.now() + 13 * 3_600_000 });
    expect(readdirSync(installsDirectory(home))).toEqual(['agent-a.ready']);
  });
});

describe('what was installed', () => {
  it('takes the place of what was there when the next execution begins, and leaves all else', async () => {
    const { root } = paths();
    for (const path of ['main.js', 'node_modules/old/index.js', 'package-lock.json']) write(root, path);
    const folder = await fill();
    for (const path of ['node_modules/new/index.js', 'package-lock.json', 'built/x', 'main.js'])
      write(folder.tree, path, `new ${path}`);
    await folder.keep();
    await folder.remove();
    expect(read('package-lock.json')).toBe('package-lock.json');
    await begin();
    expect(readdirSync(join(root, 'node_modules'))).toEqual(['new']);
    expect(read('package-lock.json')).toBe('new package-lock.json');
    expect(read('built/x')).toBe('new built/x');
    // It is the agent's, and may have changed meanwhile.
    expect(read('main.js')).toBe('main.js');
    expect(existsSync(ready())).toBe(false);
    expect(readdirSync(paths().staging)).toEqual([]);
  });

  it('is laid down by the next one where that was cut off between two names, or within one', async () => {
    const { root, staging } = paths();
    for (const path of ['.venv/new', 'node_modules/new']) write(ready(), path);
    write(root, '.venv/new', 'laid already');
    // Put aside, and the new one is not there yet.
    write(staging, 'exe_1.aside/old');
    rmSync(join(ready(), '.venv'), { recursive: true });
    await begin();
    expect(readdirSync(root).sort()).toEqual(['.venv', 'env.json', 'node_modules']);
    expect(read('.venv/new')).toBe('laid already');
    expect(readdirSync(staging)).toEqual([]);
  });

  it('follows no link that stands in its way', async () => {
    const { root } = paths();
    write(home, 'outside/kept');
    symlinkSync(join(home, 'outside'), join(root, 'node_modules'));
    write(ready(), 'node_modules/new');
    await begin();
    expect(lstatSync(join(root, 'node_modules')).isSymbolicLink()).toBe(false);
    expect(readdirSync(join(home, 'outside'))).toEqual(['kept']);
  });

  it('says what helps where it has no room, and waits for it', async (context) => {
    needsRoot(context, 'mount a disk of its own');
    const disk = openSmallDisk(32);
    context.onTestFinished(() => disk.close());
    const root = join(disk.path, 'agent-a');
    const there = { root, staging: join(disk.path, 'staging') };
    await makeWorkspace(there);
    write(ready(), 'node_modules/new', 'x'.repeat(100_000));
    disk.fill();
    const content = { files: [], handshake: undefined, owner: undefined, stagingName: 'exe_1', installed: ready() };
    await expect(fillWorkspace(there, content)).rejects.toMatchObject({
      code: 'sandbox_workspace',
      message: expect.stringMatching(/no room in the workspace: remove files from it, or raise .*\(cp: /) as string,
    });
    disk.free();
    await fillWorkspace(there, content);
    expect(readdirSync(join(root, 'node_modules'))).toEqual(['new']);
    expect(existsSync(ready())).toBe(false);
  });
});
