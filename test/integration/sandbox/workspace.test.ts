import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Owner } from '../../../src/sandbox/content/safe-directory.ts';
import {
  fillWorkspace,
  makeWorkspace,
  measureWorkspace,
  sweepWorkspaces,
  workspacePaths,
  type WorkspacePaths,
} from '../../../src/sandbox/content/workspace.ts';

let home: string;
let paths: WorkspacePaths;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'bp-workspace-'));
  paths = workspacePaths(home, 'agent-ada');
  await makeWorkspace(paths);
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

async function handOver(handshake: string, owner?: Owner): Promise<void> {
  await fillWorkspace(paths, { files: [], handshake, owner, stagingName: 'exe_1' });
}

const envJson = () => join(paths.root, 'env.json');

describe('the handshake', () => {
  it('is whole, and only its agent can read it', async () => {
    await handOver('{"cycle":1}');
    expect(readFileSync(envJson(), 'utf8')).toBe('{"cycle":1}');
    expect(lstatSync(envJson()).mode & 0o777).toBe(0o600);
    expect(lstatSync(paths.root).mode & 0o777).toBe(0o700);
    expect(readdirSync(paths.staging)).toEqual([]);
  });

  it('takes the place of a link, a FIFO, a hard link or a directory named env.json', async () => {
    const secret = join(home, 'secret');
    writeFileSync(secret, 'of the operator');
    const traps: Record<string, () => void> = {
      link: () => symlinkSync(secret, envJson()),
      fifo: () => execFileSync('mkfifo', [envJson()]),
      hardLink: () => linkSync(secret, envJson()),
      directory: () => mkdirSync(join(envJson(), 'deep', 'deeper'), { recursive: true }),
      lockedFile: () => writeFileSync(envJson(), 'mine', { mode: 0o000 }),
    };
    for (const [name, lay] of Object.entries(traps)) {
      rmSync(envJson(), { force: true, recursive: true });
      lay();
      await handOver(name);
      expect(readFileSync(envJson(), 'utf8')).toBe(name);
      expect(lstatSync(envJson())).toMatchObject({ nlink: 1 });
      expect(readFileSync(secret, 'utf8')).toBe('of the operator');
    }
  });

  it('is written into a workspace that its agent has locked', async () => {
    chmodSync(paths.root, 0o000);
    await makeWorkspace(paths);
    await handOver('{}');
    expect(readFileSync(envJson(), 'utf8')).toBe('{}');
  });

  it('is not written through a link that stands where the workspace should be', async () => {
    rmSync(paths.root, { recursive: true });
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), paths.root);
    await expect(handOver('{}')).rejects.toMatchObject({ code: 'sandbox_files' });
    expect(readdirSync(join(home, 'elsewhere'))).toEqual([]);
  });
});

describe('what can not be written', () => {
  const write = (path: string) => {
    const files = [{ path, content: Buffer.from(''), executable: false }];
    return fillWorkspace(paths, { files, handshake: '{}', owner: undefined, stagingName: 'exe_1' });
  };

  it('because of the agent is the agent’s fault, and leaves no temporary file', async () => {
    await expect(write('é'.repeat(200))).rejects.toMatchObject({ code: 'sandbox_workspace' });
    expect(readdirSync(paths.staging)).toEqual([]);
  });

  it('because of the host is not', async () => {
    rmSync(paths.staging, { recursive: true });
    await expect(write('f')).rejects.toMatchObject({ code: 'sandbox_files' });
  });
});

describe("a workspace's owner", () => {
  const owner =
    process.getuid!() === 0 ? { uid: 200_001, gid: 200_001 } : { uid: process.getuid!(), gid: process.getgid!() };
  const ownerOf = (path: string) => lstatSync(path).uid;

  it('gets all that stands in it, and no target of a link', async () => {
    const target = join(home, 'target');
    writeFileSync(target, '');
    mkdirSync(join(paths.root, 'a', 'b'), { recursive: true });
    writeFileSync(join(paths.root, 'a', 'b', 'f'), '');
    symlinkSync(target, join(paths.root, 'a', 'link'));
    await handOver('{}', owner);
    for (const path of ['.', 'a', 'a/b', 'a/b/f', 'a/link', 'env.json'])
      expect(ownerOf(join(paths.root, path))).toBe(owner.uid);
    expect(ownerOf(target)).toBe(process.getuid!());
  });

  it('gets the files that are written later', async () => {
    await handOver('{}', owner);
    const files = [{ path: 'new/f', content: Buffer.from(''), executable: false }];
    await fillWorkspace(paths, { files, handshake: '{}', owner, stagingName: 'exe_2' });
    expect(ownerOf(join(paths.root, 'new'))).toBe(owner.uid);
    expect(ownerOf(join(paths.root, 'new', 'f'))).toBe(owner.uid);
  });
});

describe("a workspace's size", () => {
  it('is what it takes on the disk: links are not followed, second names and holes count nothing', async () => {
    const outside = join(home, 'outside');
    writeFileSync(outside, Buffer.alloc(1_000_000));
    const empty = (await measureWorkspace(paths.root))!.bytes;
    writeFileSync(join(paths.root, 'f'), Buffer.alloc(100_000, 1));
    linkSync(join(paths.root, 'f'), join(paths.root, 'g'));
    symlinkSync(outside, join(paths.root, 'link'));
    symlinkSync('/', join(paths.root, 'all'));
    writeFileSync(join(paths.root, 'hole'), '');
    truncateSync(join(paths.root, 'hole'), 1_000_000_000);
    const size = (await measureWorkspace(paths.root))!;
    expect(size.files).toBe(4);
    expect(size.bytes - empty).toBeGreaterThanOrEqual(100_000);
    expect(size.bytes - empty).toBeLessThan(150_000);
  });

  it('is unknown where a name is not UTF-8, and counts what the agent has locked', async () => {
    mkdirSync(join(paths.root, 'locked'));
    writeFileSync(join(paths.root, 'locked', 'file'), 'x'.repeat(8192));
    chmodSync(join(paths.root, 'locked'), 0);
    chmodSync(paths.root, 0);
    expect((await measureWorkspace(paths.root))?.bytes).toBeGreaterThanOrEqual(8192);
    writeFileSync(Buffer.concat([Buffer.from(`${paths.root}/`), Buffer.from([0xff])]), 'hidden');
    expect(await measureWorkspace(paths.root)).toBeUndefined();
  });

  it('is unknown, not a guess, where it is too deep to count or there is none', async () => {
    mkdirSync(join(paths.root, ...Array<string>(80).fill('d')), { recursive: true });
    expect(await measureWorkspace(paths.root)).toBeUndefined();
    expect(await measureWorkspace(join(home, 'absent'))).toBeUndefined();
  });
});

describe('the sweep of the workspaces', () => {
  it('removes temporary files and probes of stale executions, and nothing else', async () => {
    for (const name of ['exe_1.0', 'exe_2.0']) writeFileSync(join(paths.staging, name), '');
    for (const name of ['.probe-a1', '.probe-b2', '.other']) mkdirSync(join(home, 'workspaces', name));
    await handOver('{}');
    await sweepWorkspaces(home, (id) => id === 'exe_1' || id === 'probe-a1');
    expect(readdirSync(paths.staging)).toEqual(['exe_2.0']);
    expect(readdirSync(join(home, 'workspaces')).sort()).toEqual(['.other', '.probe-b2', '.staging', 'agent-ada']);
    expect(readdirSync(paths.root)).toEqual(['env.json']);
  });
});
