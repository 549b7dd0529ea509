import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentOf } from '../../helpers/content-tree.ts';
import { NEVER, python } from '../../helpers/docker-sandbox.ts';
import { realHome, type RealHome } from './real-home.ts';
import type { SandboxAtWork, SandboxUnderTest } from './sandbox-at-work.ts';

const AT = '/materials';

let root: string;
const makeRoot = () => {
  root = mkdtempSync(join(tmpdir(), 'bp-content-'));
};
const removeRoot = () => rmSync(root, { recursive: true, force: true });

/** What lies on an engine once for many executions: whether it is there. */
export function itHoldsContent(engine: SandboxUnderTest): void {
  let at: SandboxAtWork;
  beforeEach(async () => {
    makeRoot();
    at = await engine.open();
  });
  afterEach(async () => {
    await at.close();
    removeRoot();
  });
  const prepare = (executionId: string, content: string) =>
    at.sandbox.prepare(at.request('exits', { executionId, mounts: [{ content, at: AT }] }), NEVER);

  describe('content', () => {
    it('is placed as often as it is asked for, and an execution without it is refused', async () => {
      const content = contentOf(root, { a: '1' });
      await expect(prepare('exe_1', content.key)).rejects.toMatchObject({ code: 'sandbox_content_missing' });
      expect(await at.left()).toEqual([]);
      for (let times = 0; times < 2; times++) await at.sandbox.place(content, NEVER);
      const execution = await prepare('exe_2', content.key);
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 3 });
    });

    it('stays by a sweep, and goes where it is not to be kept, and by an erase', async () => {
      const [kept, gone] = [contentOf(root, { a: '1' }), contentOf(root, { b: '2' })];
      for (const content of [kept, gone]) await at.sandbox.place(content, NEVER);
      await at.sandbox.sweep(new Set(), NEVER);
      await at.sandbox.keepContent('tree', new Set([kept.key]), NEVER);
      const execution = await prepare('exe_1', kept.key);
      await execution.stop('shutdown');
      await at.sandbox.discard('exe_1');
      await expect(prepare('exe_2', gone.key)).rejects.toMatchObject({ code: 'sandbox_content_missing' });
      await at.sandbox.erase(NEVER);
      await expect(prepare('exe_3', kept.key)).rejects.toMatchObject({ code: 'sandbox_content_missing' });
    });
  });
}

const HOSTILE_NAMES = { 'a\nb': 'newline', '\xff\xfe': 'bytes', '-rf': 'option', A: 'upper', a: 'lower' };
const LONG = `${'d'.repeat(120)}/${'e'.repeat(250)}`;

/** What agents find there. */
export function itMountsContent(engine: SandboxUnderTest): void {
  let home: RealHome;
  beforeEach(async () => {
    makeRoot();
    home = realHome(await engine.open());
  });
  afterEach(async () => {
    await home.at.close();
    removeRoot();
  });
  const run = async (content: string, program: string) => {
    const { end, output } = await home.run({ files: python(program), mounts: [{ content, at: AT }] });
    return { output, exitCode: end.exitCode };
  };

  describe('content that is mounted', () => {
    it('is what was placed, whatever its names are, in any number of executions at once', async () => {
      const others = [
        { kind: 'folder', path: 'empty' },
        { kind: 'link', path: 'way', target: 'sub/x.sh' },
        { kind: 'link', path: 'far', target: LONG },
      ] as const;
      const texts = { ...HOSTILE_NAMES, 'sub/x.sh': '#!/bin/sh\necho ran\n', none: '', [LONG]: 'long' };
      const content = contentOf(root, { ...texts, large: 'x'.repeat(700_001) }, others);
      await home.at.sandbox.place(content, NEVER);
      const program = `
import os, subprocess
for name, text in ((b"a\\nb", "newline"), (b"\\xff\\xfe", "bytes"), (b"-rf", "option"), (b"A", "upper"), (b"a", "lower"), (b"none", "")):
    assert open(b"${AT}/" + name).read() == text, name
assert open("${AT}/far").read() == "long"
assert open("${AT}/large").read() == "x" * 700001
assert os.listdir("${AT}/empty") == []
assert len(os.listdir("${AT}")) == 12, os.listdir("${AT}")
print(subprocess.run(["${AT}/way"], capture_output=True).stdout, os.stat("${AT}/a").st_mtime)
`;
      const both = await Promise.all([run(content.key, program), run(content.key, program)]);
      const whole = { output: "b'ran\\n' 1700000000.0\n", exitCode: 0 };
      expect(both).toEqual([whole, whole]);
    });

    it("is root's, for all to read, and no agent can change it or get a right by it", async () => {
      const content = contentOf(root, { a: '1', 'sub/b.sh': '#!/bin/sh\nid -u\n' });
      await home.at.sandbox.place(content, NEVER);
      const program = `
import ctypes, os, subprocess
def refused(work):
    try: work()
    except OSError as e: return e.strerror
    return "done"
libc = ctypes.CDLL(None, use_errno=True)
def remount():
    if libc.mount(b"none", b"${AT}", None, 32 | 4096, None) != 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
for path in ("${AT}", "${AT}/a", "${AT}/sub", "${AT}/sub/b.sh"):
    s = os.stat(path)
    print(path, oct(s.st_mode), s.st_uid, s.st_gid)
tries = {
    "write": lambda: open("${AT}/a", "w"), "make": lambda: open("${AT}/new", "w"), "remove": lambda: os.remove("${AT}/a"),
    "rename": lambda: os.rename("${AT}/a", "${AT}/c"), "mode": lambda: os.chmod("${AT}/sub/b.sh", 0o4777),
    "owner": lambda: os.chown("${AT}/a", os.getuid(), -1), "folder": lambda: os.mkdir("${AT}/d"),
    "node": lambda: os.mknod("${AT}/n", 0o20666, os.makedev(1, 3)), "link": lambda: os.link("${AT}/a", "/workspace/a"),
    "time": lambda: os.utime("${AT}/a"), "remount": remount,
}
print(sorted(name for name, work in tries.items() if refused(work) == "done"))
print(os.getuid() == int(subprocess.run(["${AT}/sub/b.sh"], capture_output=True).stdout), open("${AT}/a").read())
`;
      expect(await run(content.key, program)).toEqual({
        output: `${AT} 0o40755 0 0\n${AT}/a 0o100644 0 0\n${AT}/sub 0o40755 0 0\n${AT}/sub/b.sh 0o100755 0 0\n[]\nTrue 1\n`,
        exitCode: 0,
      });
      expect((await run(content.key, `print(open("${AT}/a").read())`)).output).toBe('1\n');
    });

    it('is not placed where the tree is not what its key was made from', async () => {
      const content = contentOf(root, { a: '1', b: 'x'.repeat(100_000) });
      appendFileSync(join(root, 'a'), 'more');
      await home.at.sandbox.place(content, NEVER);
      const shorter = contentOf(root, { a: '1', b: 'y' });
      contentOf(root, { a: '2' });
      await expect(home.at.sandbox.place(shorter, NEVER)).rejects.toMatchObject({ code: 'sandbox_content_changed' });
      rmSync(join(root, 'b'));
      await expect(home.at.sandbox.place(shorter, NEVER)).rejects.toMatchObject({ code: 'sandbox_content_changed' });
      await expect(home.prepare({ mounts: [{ content: shorter.key, at: AT }] })).rejects.toMatchObject({
        code: 'sandbox_content_missing',
      });
      expect((await run(content.key, `print(open("${AT}/a").read())`)).output).toBe('1\n');
    });

    it('is another home’s alone', async () => {
      const other = await engine.open();
      try {
        const content = contentOf(root, { a: '1' });
        await Promise.all([other.sandbox.place(content, NEVER), home.at.sandbox.place(content, NEVER)]);
        await other.sandbox.erase(NEVER);
        expect((await run(content.key, `print(open("${AT}/a").read())`)).output).toBe('1\n');
        await expect(
          other.sandbox.prepare(
            other.request('exits', { executionId: 'exe_1', mounts: [{ content: content.key, at: AT }] }),
            NEVER,
          ),
        ).rejects.toMatchObject({ code: 'sandbox_content_missing' });
      } finally {
        await other.close();
      }
    });
  });
}
