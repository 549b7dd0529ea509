import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { files, NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { mountedBelow } from '../helpers/mounted.ts';

// As root on Linux a workspace is a filesystem of its own; elsewhere its size is watched, which is all that can be had.
const OWN = process.platform === 'linux' && process.getuid!() === 0;
const MB = 1_048_576;
const SMALL = { workspace_mb: 16, workspace_files_max: 200 };

let home: TestHome | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

async function open(settings: Partial<Config['sandbox']> = {}): Promise<TestHome> {
  home = await openTestHome({ ...SMALL, ...settings });
  return home;
}

const WRITER = `
import os, time
def fill():
    count = 0
    try:
        while True:
            with open(f"big-{count}", "wb") as f:
                f.write(b"x" * 1048576)
            count += 1
            if count > 400: break
    except OSError as e:
        print(e.errno, flush=True)
    return count
`;
const WAITS = '\nfill()\ntime.sleep(120)\n';

describe('the quota of a workspace', () => {
  it('in bytes ends who goes over it, and bounds what comes to the disk', async () => {
    const at = await open();
    const { end } = await at.run({ executionId: 'exe_1', files: python(WRITER + WAITS) });
    expect(end).toMatchObject({ cause: 'disk_quota' });
    expect(end.usage.workspaceBytes).toBeGreaterThan(16 * MB);
    if (!OWN) return;
    expect(end.usage.workspaceBytes).toBeLessThan(17.1 * MB);
    expect(end.usage.wallMs).toBeLessThan(60_000);
    expect(readdirSync(at.workspace())).toContain('big-0');
    // Of the disk alone: what is mounted would be counted with its image.
    const taken = Number(execFileSync('du', ['-smx', at.path]).toString().split('\t')[0]);
    expect(taken).toBeLessThan(40);
  });

  it('holds against fallocate, which takes gigabytes in milliseconds', async () => {
    const at = await open();
    const program = `
import os
for n in range(20):
    fd = os.open(f"hole-{n}", os.O_CREAT | os.O_RDWR)
    try: os.posix_fallocate(fd, 0, 256 * 1048576 - 1)
    except OSError as e: print(e.errno)
import time; time.sleep(60)
`;
    const { end } = await at.run({ executionId: 'exe_1', files: python(program) });
    expect(end.cause).toBe('disk_quota');
    if (OWN) expect(end.usage.workspaceBytes).toBeLessThan(17.1 * MB);
  });

  it('in files and folders ends who goes over it', async () => {
    const at = await open();
    const program = 'import os, time\nfor n in range(100000): os.mkdir(f"d{n}")\ntime.sleep(60)\n';
    const { end } = await at.run({ executionId: 'exe_1', files: python(program) });
    expect(end.cause).toBe('disk_quota');
    if (OWN) expect(end.usage.workspaceFiles).toBeLessThan(600);
  });

  it('leaves room for the handshake, so that an agent can remove what is too much', async () => {
    const at = await open();
    const program = `${WRITER}
if "big-0" not in os.listdir("."):
    fill()
    try:
        for n in range(2000): open(f"small-{n}", "w").close()
    except OSError: pass
else:
    print(open("env.json").read())
    for name in os.listdir("."):
        if name != "main.py": os.unlink(name)
`;
    expect((await at.run({ executionId: 'exe_1', files: python(program) })).end.cause).toBe('disk_quota');
    const handshake = `{"second": "${'y'.repeat(100_000)}"}`;
    const second = await at.run({ executionId: 'exe_2', handshake });
    expect(second.output).toContain(handshake);
    expect(second.end).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(second.end.usage.workspaceBytes).toBeLessThan(MB);
    expect(readdirSync(at.workspace())).toEqual(['main.py']);
  });

  it('is not given where the disk has less free: nothing of the agent runs, and it is the fault of the machine', async () => {
    const at = await open({ workspace_mb: 16_777_216 });
    if (!OWN) {
      expect((await at.run({ executionId: 'exe_1', files: python('pass') })).end.cause).toBe('exited');
      return;
    }
    await expect(at.prepare({ executionId: 'exe_1' })).rejects.toMatchObject({ code: 'sandbox_disk' });
    await expect(at.sandbox.check(NEVER)).rejects.toMatchObject({ code: 'sandbox_disk' });
    expect(existsSync(join(at.path, '.bp-agents', 'volumes'))).toBe(false);
  });

  it('is watched where a filesystem of its own is not wanted', async () => {
    const at = await open({ workspace_quota: 'watch' });
    const { end } = await at.run({ executionId: 'exe_1', files: python(WRITER + WAITS) });
    expect(end).toMatchObject({ cause: 'disk_quota', detail: expect.stringContaining('ended by the host') as string });
    expect(end.usage.wallMs).toBeLessThan(60_000);
  });

  it('is watched in files too', async () => {
    const at = await open({ workspace_quota: 'watch' });
    const program = 'import os, time\nfor n in range(500): os.mkdir(f"d{n}")\ntime.sleep(120)\n';
    expect((await at.run({ executionId: 'exe_1', files: python(program) })).end.cause).toBe('disk_quota');
  });

  it('is told by the check where it is only watched', async () => {
    const at = await open({ workspace_quota: 'watch' });
    const warnings = await at.sandbox.check(NEVER);
    expect(warnings.filter((line) => line.includes('only watched'))).toHaveLength(1);
  });
});

const MAKES_ALL_KINDS = `
import os
os.makedirs("folder/below", mode=0o750)
open("folder/file", "w").write("content")
os.chmod("folder/file", 0o640)
os.symlink("/etc/passwd", "link")
os.link("folder/file", "folder/again")
os.mkfifo("pipe")
with open("sparse", "wb") as f:
    f.seek(100 * 1048576); f.write(b"end")
os.utime("folder/file", (1e9, 1e9))
os.mkdir("locked", mode=0)
os.mkdir(b"bytes-\\xff")
`;

function isAllThere(folder: string): void {
  expect(readFileSync(join(folder, 'folder', 'file'), 'utf8')).toBe('content');
  const file = statSync(join(folder, 'folder', 'file'));
  expect([file.mode & 0o777, file.nlink, file.mtimeMs]).toEqual([0o640, 2, 1e12]);
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true);
  expect(statSync(join(folder, 'sparse')).blocks).toBeLessThan(64);
  expect(readdirSync(folder)).toContain('locked');
}

describe('the files of an agent', () => {
  it('are plain files in its folder while it is mounted and after it was put back', async () => {
    const at = await open({ workspace_mb: 128 });
    const { end } = await at.run({ executionId: 'exe_1', files: python(MAKES_ALL_KINDS) });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(mountedBelow(at.path)).toHaveLength(OWN ? 2 : 0);
    isAllThere(at.workspace());
    await at.sandbox.discard('exe_1');
    await at.sandbox.close();
    expect(mountedBelow(at.path)).toEqual([]);
    expect(existsSync(join(at.path, '.bp-agents', 'volumes'))).toBe(false);
    isAllThere(at.workspace());
    at.reopen();
    const again = await at.run({ executionId: 'exe_2', files: python('print(open("folder/file").read())') });
    expect(again.output).toBe('content\n');
  });

  it('are put back by the next start after a crash, with nothing left mounted', async () => {
    const at = await open({ workspace_mb: 128 });
    await at.run({ executionId: 'exe_1', files: python(MAKES_ALL_KINDS) });
    await at.reopen().sweep(new Set(), NEVER);
    expect(mountedBelow(at.path)).toEqual([]);
    expect(readdirSync(join(at.path, 'workspaces')).filter((name) => name !== '.staging')).toEqual(['agent-a']);
    isAllThere(at.workspace());
  });

  it('are the ones that the marker names, wherever a crash came while they were moved', async () => {
    const at = await open();
    if (!OWN) {
      expect(existsSync(join(at.path, '.bp-agents', 'volumes'))).toBe(false);
      return;
    }
    const image = join(at.path, '.bp-agents', 'volumes', 'agent-a', 'image');
    const writes = (text: string) => ({ files: python(`open("note", "w").write("${text}")`) });
    const note = () => readFileSync(join(at.workspace(), 'note'), 'utf8');
    const plain = () => at.reopen().sweep(new Set(), NEVER);
    await at.run({ executionId: 'exe_1', ...writes('first') });
    await plain();
    expect(note()).toBe('first');

    // Copied, but the plain folder was only moved away.
    await at.run({ executionId: 'exe_2', ...writes('second') });
    execFileSync('umount', [at.workspace()]);
    renameSync(at.workspace(), join(at.path, 'workspaces', '.agent-a.old'));
    await plain();
    expect(note()).toBe('second');

    // Put back already, but not yet removed: the image no longer counts.
    await at.run({ executionId: 'exe_3', ...writes('third') });
    renameSync(image, `${image}.old`);
    await plain();
    expect(note()).toBe('second');

    // Not filled yet: it never counted.
    await at.run({ executionId: 'exe_4', ...writes('fourth') });
    renameSync(image, `${image}.new`);
    await plain();
    expect(note()).toBe('second');
    expect(readdirSync(join(at.path, 'workspaces')).sort()).toEqual(['agent-a']);
  });

  it('survive that the machine went down: nothing is mounted then, and the image counts', async () => {
    const at = await open();
    await at.run({ executionId: 'exe_1', files: python('open("note", "w").write("kept")') });
    for (const target of mountedBelow(at.path).toReversed()) execFileSync('umount', [target]);
    await at.reopen().sweep(new Set(), NEVER);
    expect(readFileSync(join(at.workspace(), 'note'), 'utf8')).toBe('kept');
  });

  it('that lie deeper than a path can be long are left out, and all others are kept', async () => {
    const at = await open({ workspace_files_max: 6000 });
    const program = `
import os
open("kept", "w").close()
for n in range(3000):
    os.mkdir("deep"); os.chdir("deep")
`;
    const { end } = await at.run({ executionId: 'exe_1', files: python(program) });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    await at.sandbox.discard('exe_1');
    await at.sandbox.close();
    expect(mountedBelow(at.path)).toEqual([]);
    expect(readdirSync(at.workspace()).sort()).toEqual(['deep', 'env.json', 'kept', 'main.py']);
    expect(existsSync(join(at.path, '.bp-agents', 'volumes'))).toBe(false);
  });

  it('are put away when too many workspaces are mounted, the one first that waits the longest', async () => {
    const at = await open({ workspaces_mounted_max: 2 });
    for (const [index, agentId] of ['a', 'b', 'c'].entries()) {
      await at.run({ executionId: `exe_${index}`, agentId, files: python(`open("note", "w").write("${agentId}")`) });
      await at.sandbox.discard(`exe_${index}`);
    }
    expect(mountedBelow(at.path).filter((target) => target.includes('/workspaces/'))).toEqual(
      OWN ? [at.workspace('b'), at.workspace('c')] : [],
    );
    for (const agentId of ['a', 'b', 'c'])
      expect(readFileSync(join(at.workspace(agentId), 'note'), 'utf8')).toBe(agentId);
  });

  it('that do not fit are the fault of the agent, and nothing of it runs', async () => {
    const at = await open();
    const large = { 'main.py': 'pass', 'large.txt': 'x'.repeat(40 * MB) };
    if (!OWN) {
      expect(existsSync(at.path)).toBe(true);
      return;
    }
    await expect(at.prepare({ executionId: 'exe_1', files: files(large) })).rejects.toMatchObject({
      code: 'sandbox_workspace',
    });
    await at.sandbox.discard('exe_1');
    await at.sandbox.close();
    expect(mountedBelow(at.path)).toEqual([]);
    writeFileSync(join(at.workspace(), 'large.txt'), 'x'.repeat(40 * MB));
    await expect(at.prepare({ executionId: 'exe_2' })).rejects.toMatchObject({ code: 'sandbox_workspace' });
  });
});
