import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENOUGH, files, python } from '../../helpers/docker-sandbox.ts';
import { pause, realHome, until, type RealHome } from './real-home.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

/** How agents begin, what they find, and what is told of them when they have ended. */
export function itRunsAgents(engine: SandboxUnderTest): void {
  let home: RealHome;
  beforeAll(async () => {
    home = realHome(await engine.open());
  });
  afterAll(async () => {
    await home.at.close();
  });

  describe('an agent', () => {
    it('runs in Python and leaves a receipt', async () => {
      const { end, output } = await home.run({
        files: python('import time\nprint("hello")\nwhile time.process_time() < 0.2: pass\n'),
      });
      expect(output).toBe('hello\n');
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0, signal: null, usage: { outputBytes: 6 } });
      expect(end.usage.cpuMs).toBeGreaterThanOrEqual(195);
      expect(end.usage.cpuMs).toBeLessThan(600);
      expect(end.usage.wallMs).toBeGreaterThanOrEqual(195);
      if (engine.has.unheld?.includes('memory')) expect(end.usage.memoryPeakBytes).toBeNull();
      else expect(end.usage.memoryPeakBytes).toBeGreaterThan(1_000_000);
      expect(end.usage.workspaceBytes).toBeGreaterThanOrEqual(8192);
      expect(end.usage.workspaceFiles).toBeGreaterThanOrEqual(2);
    });

    it('runs in Node', async () => {
      const { end, output } = await home.run({
        bundle: { ...ENOUGH, memoryMb: 128 },
        files: files({ 'main.mjs': 'import fs from "node:fs";\nconsole.log(fs.readFileSync("env.json", "utf8"));\n' }),
        handshake: '{"cycle":7}',
      });
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(output).toBe('{"cycle":7}\n');
    });

    it('runs as an executable, with its environment, in its workspace', async () => {
      const { end, output } = await home.run({
        files: files({ main: '#!/bin/sh\npwd\necho $GREETING $HOME $BP_ENV\necho oops >&2\nexit 3\n' }, true),
        environment: { GREETING: 'hello' },
      });
      expect(end).toMatchObject({ cause: 'exited', exitCode: 3 });
      expect(output).toBe('/workspace\nhello /workspace /workspace/env.json\noops\n');
    });

    it('is told apart by what it prints to stdout and to stderr, be it by their names', async () => {
      const text = `
import os, sys, time
def say(fd, text):
    os.write(fd, text.encode())
    time.sleep(0.1)
say(1, "one\\n"); say(2, "two\\n"); say(1, "three\\n")
open("/dev/stderr", "w").write("four\\n")
time.sleep(0.1)
open("/dev/stdout", "w").write("five\\n")
raise ValueError("six")
`;
      const request = home.request({ files: python(text) });
      const { end, output } = await home.run(request);
      expect(end).toMatchObject({ cause: 'exited', exitCode: 1, usage: { outputBytes: output.length } });
      expect(output).toMatch(/^one\ntwo\nthree\nfour\nfive\nTraceback[^]*\nValueError: six\n$/);
      expect(home.stderr(request.executionId)).toMatch(/^two\nfour\nTraceback[^]*\nValueError: six\n$/);
    });

    it('has not begun before "go"', async () => {
      const execution = await home.prepare({ agentId: 'waiting', files: python('open("begun", "w")\n') });
      await pause(300);
      const begun = join(home.workspace('waiting'), 'begun');
      expect(existsSync(begun)).toBe(false);
      expect(await execution.usedCpuMs()).toBe(0);
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(existsSync(begun)).toBe(true);
      await expect(execution.go()).rejects.toThrow('only once');
    });

    it('ends as not_runnable where it has no entry point or one that can not be run', async () => {
      const { end } = await home.run({ files: files({ 'README.md': 'nothing to run' }) });
      expect(end).toMatchObject({ cause: 'not_runnable', exitCode: null, usage: { outputBytes: 0 } });
      expect(end.detail).toContain('main.py');
      const broken = await home.run({ files: files({ main: '#!/no/such/shell\n' }, true) });
      expect(broken.end.cause).toBe('not_runnable');
    });

    it('owns its workspace, and its output belongs to the operator alone, who can have it removed', async () => {
      const request = home.request({
        files: python('import os\nprint(os.getuid(), os.getgid(), os.stat(".").st_uid)\nopen("made", "w")\n'),
      });
      const { output } = await home.run(request);
      const [uid, gid, owner] = output.trim().split(' ').map(Number);
      expect(uid).not.toBe(0);
      expect(owner).toBe(uid);
      const atHome = engine.has.carried ? { uid: process.getuid!(), gid: process.getgid!() } : { uid, gid };
      const root = home.workspace(request.agentId);
      for (const name of ['.', 'main.py', 'made']) expect(lstatSync(join(root, name))).toMatchObject(atHome);
      const kept = home.outputFile(request.executionId);
      expect(kept).toMatchObject({ uid: process.getuid!() });
      expect(kept.mode & 0o777).toBe(0o600);
      await home.at.sandbox.discard(request.executionId);
      expect(home.output(request.executionId)).toBe(output);
      expect(existsSync(join(root, 'made'))).toBe(true);
      for (let times = 0; times < 2; times++) await home.at.sandbox.forget(request.executionId);
      expect(home.output(request.executionId)).toBe('');
    });

    it('is prepared with what is not held for it', async () => {
      const { unheld } = await home.prepare({ files: python('pass\n') });
      expect(unheld).toEqual(engine.has.unheld ?? []);
    });

    it('tells what it uses while it runs', async () => {
      const request = home.request({
        files: python('import time\nwhile time.process_time() < 0.5: pass\nprint("half", flush=True)\ntime.sleep(1)\n'),
      });
      const execution = await home.begin(request);
      await until(() => home.output(request.executionId) !== '');
      const used = await execution.usedCpuMs();
      expect(used).toBeGreaterThanOrEqual(490);
      expect(used).toBeLessThan(1000);
      const memory = (await execution.memoryPeakBytes())!;
      expect(memory).toBeGreaterThan(1_000_000);
      const { usage } = await execution.ended;
      expect(usage.memoryPeakBytes).toBeGreaterThanOrEqual(memory);
      // What the engine used to start the container is in neither of them.
      expect(used).toBeLessThanOrEqual(usage.cpuMs! + 2);
      expect(usage.cpuMs! - used!).toBeLessThan(50);
      expect(Math.abs((await execution.usedCpuMs())! - usage.cpuMs!)).toBeLessThanOrEqual(1);
    });
  });

  describe('a workspace', () => {
    it('keeps its files, and whatever traps are set in it, the host writes only what it means to', async () => {
      const outside = join(home.at.home, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'secret'), 'precious');
      const agent = { agentId: 'hostile', agentNumber: 77 };
      const traps = `
import os
os.remove("env.json"); os.symlink(${JSON.stringify(join(outside, 'secret'))}, "env.json")
os.symlink(${JSON.stringify(outside)}, "sub")
os.mkfifo("pipe"); os.mkfifo("note")
os.remove("main.py"); os.link("/workspace/kept", "main.py") if os.path.exists("kept") else os.symlink("/etc/hostname", "main.py")
open("kept", "w").write("kept")
os.mkdir("locked"); os.mkdir("locked/in"); os.chmod("locked", 0)
open(b"\\xff\\n", "w")
`;
      expect((await home.run({ ...agent, files: python(traps) })).end).toMatchObject({ cause: 'exited', exitCode: 0 });
      const reader = 'import os\nprint(open("env.json").read(), os.path.islink("env.json"), open("kept").read())\n';
      const request = home.request({
        ...agent,
        handshake: 'second',
        files: files({ 'main.py': reader, note: 'of the host' }),
      });
      const next = await home.run(request);
      expect(next).toMatchObject({ end: { cause: 'exited', exitCode: 0 }, output: 'second False kept\n' });
      expect(readFileSync(join(home.workspace('hostile'), 'note'), 'utf8')).toBe('of the host');
      const led = home.request({ ...agent, files: files({ 'sub/new': 'x' }) });
      // Written to a folder of that name, or refused: but never through the link.
      await home.prepare(led).then(
        (execution) => execution.stop('shutdown'),
        (error: unknown) => expect(error).toMatchObject({ code: 'sandbox_workspace' }),
      );
      expect(readdirSync(outside)).toEqual(['secret']);
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('precious');
    });
  });
}
