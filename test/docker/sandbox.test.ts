import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutMarker } from '../helpers/cut-marker.ts';
import { ENOUGH, files, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

const OUTPUT_MAX = 2000;
let home: TestHome;
let number = 0;

beforeAll(async () => {
  home = await openTestHome({ output_bytes_max: OUTPUT_MAX, stop_grace_ms: 1000, backstop_ms: 500 });
});
afterAll(async () => {
  await home.close();
});

/** An execution and an agent of its own, so that no test finds another one's files. */
function fresh() {
  number += 1;
  return { executionId: `exe_${number}`, agentId: `agent${number}`, agentNumber: number };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen within 2 minutes');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('an agent', () => {
  it('runs in Python and leaves a receipt', async () => {
    const { end, output } = await home.run({
      ...fresh(),
      files: python('import time\nprint("hello")\nwhile time.process_time() < 0.2: pass\n'),
    });
    expect(output).toBe('hello\n');
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0, signal: null, usage: { outputBytes: 6 } });
    expect(end.usage.cpuMs).toBeGreaterThanOrEqual(195);
    expect(end.usage.cpuMs).toBeLessThan(600);
    expect(end.usage.wallMs).toBeGreaterThanOrEqual(195);
    expect(end.usage.memoryPeakBytes).toBeGreaterThan(1_000_000);
    expect(end.usage.workspaceBytes).toBeGreaterThanOrEqual(8192);
  });

  it('runs in Node', async () => {
    const { end, output } = await home.run({
      ...fresh(),
      bundle: { ...ENOUGH, memoryMb: 128 },
      files: files({ 'main.mjs': 'import fs from "node:fs";\nconsole.log(fs.readFileSync("env.json", "utf8"));\n' }),
      handshake: '{"cycle":7}',
    });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(output).toBe('{"cycle":7}\n');
  });

  it('runs as an executable, with its environment, in its workspace', async () => {
    const { end, output } = await home.run({
      ...fresh(),
      files: files({ main: '#!/bin/sh\npwd\necho $GREETING $HOME $BP_ENV\necho oops >&2\nexit 3\n' }, true),
      environment: { GREETING: 'hello' },
    });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 3 });
    expect(output).toBe('/workspace\nhello /workspace /workspace/env.json\noops\n');
  });

  it('has not begun before "go"', async () => {
    const request = fresh();
    const execution = await home.prepare({ ...request, files: python('open("begun", "w")\n') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const begun = join(home.workspace(request.agentId), 'begun');
    expect(existsSync(begun)).toBe(false);
    expect(await execution.usedCpuMs()).toBe(0);
    await execution.go();
    expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(existsSync(begun)).toBe(true);
    await expect(execution.go()).rejects.toThrow('only once');
  });

  it('finds the files of its earlier executions, and a new handshake whatever it left in its place', async () => {
    const request = fresh();
    const hostile = 'import os\nos.remove("env.json")\nos.symlink("/etc/hostname", "env.json")\nopen("kept", "w")\n';
    expect(await home.run({ ...request, files: python(hostile), handshake: 'first' })).toMatchObject({
      end: { exitCode: 0 },
    });
    const second = await home.run({
      ...request,
      executionId: fresh().executionId,
      files: python('import os\nprint(open("env.json").read(), os.path.islink("env.json"), os.path.exists("kept"))\n'),
      handshake: 'second',
    });
    expect(second.output).toBe('second False True\n');
  });

  it('ends as not_runnable where it has no entry point or one that can not be run', async () => {
    const { end } = await home.run({ ...fresh(), files: files({ 'README.md': 'nothing to run' }) });
    expect(end).toMatchObject({ cause: 'not_runnable', exitCode: null, usage: { outputBytes: 0 } });
    expect(end.detail).toContain('main.py');
    const broken = await home.run({ ...fresh(), files: files({ main: '#!/no/such/shell\n' }, true) });
    expect(broken.end.cause).toBe('not_runnable');
  });

  it('runs beside another one', async () => {
    const both = await Promise.all(
      ['one', 'two'].map((word) => home.run({ ...fresh(), files: python(`print("${word}")\n`) })),
    );
    expect(both.map(({ output }) => output)).toEqual(['one\n', 'two\n']);
  });
});

describe('a limit', () => {
  it('of CPU time ends the whole tree', async () => {
    const { end } = await home.run({
      ...fresh(),
      bundle: { ...ENOUGH, cpuMs: 300 },
      files: python('import os\nos.fork()\nos.fork()\nwhile True: pass\n'),
    });
    expect(end.cause).toBe('cpu_budget');
    expect(end.usage.cpuMs).toBeGreaterThanOrEqual(300);
    expect(end.usage.cpuMs).toBeLessThan(500);
  });

  it('of wall time ends who sleeps', async () => {
    const { end } = await home.run({ ...fresh(), wallMs: 400, files: python('import time\ntime.sleep(60)\n') });
    expect(end.cause).toBe('wall_budget');
    expect(end.usage.wallMs).toBeGreaterThanOrEqual(400);
    expect(end.usage.cpuMs).toBeLessThan(300);
  });

  it('of memory ends who takes more, also where only a child dies of it', async () => {
    const greedy = await home.run({
      ...fresh(),
      bundle: { ...ENOUGH, memoryMb: 32 },
      files: python('x = bytearray(100 * 1024 * 1024)\nprint("held", len(x))\n'),
    });
    expect(greedy).toMatchObject({ end: { cause: 'out_of_memory', signal: 9 }, output: '' });
    const parent = await home.run({
      ...fresh(),
      bundle: { ...ENOUGH, memoryMb: 32 },
      files: python('import os\nif os.fork() == 0: x = bytearray(100 * 1024 * 1024)\nos.wait()\nprint("I live")\n'),
    });
    expect(parent).toMatchObject({ end: { cause: 'out_of_memory', exitCode: 0 }, output: 'I live\n' });
  });

  it('of kept output cuts it with a line that says so, and harms nobody', async () => {
    const { end, output } = await home.run({
      ...fresh(),
      files: python('import sys\nfor _ in range(5000): sys.stdout.write("x" * 1000)\n'),
    });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0, usage: { outputBytes: 5_000_000 } });
    expect(output).toBe('x'.repeat(OUTPUT_MAX) + cutMarker(OUTPUT_MAX));
  });

  it('is kept by the host where the supervisor does not', async () => {
    const request = fresh();
    const execution = await home.prepare({
      ...request,
      bundle: { ...ENOUGH, cpuMs: 300 },
      files: python('print("busy", flush=True)\nwhile True: pass\n'),
    });
    await execution.go();
    const [container] = await home.docker.listContainers({ filters: { name: [`-${request.executionId}$`] } });
    await home.docker.getContainer(container!.Id).kill({ signal: 'SIGSTOP' });
    const end = await execution.ended;
    expect(end.cause).toBe('cpu_budget');
    expect(end.detail).toContain('by the host');
    expect(home.complaints).toContain('the host ends an execution that its supervisor should have ended');
  });
});

describe('a stop', () => {
  const stubborn = python(
    'import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint("on", flush=True)\ntime.sleep(60)\n',
  );

  it('ends the tree and keeps the receipt', async () => {
    const request = fresh();
    const execution = await home.prepare({ ...request, files: stubborn });
    await execution.go();
    await until(() => home.output(request.executionId) !== '');
    await Promise.all([execution.stop('operator'), execution.stop('shutdown')]);
    const end = await execution.ended;
    expect(end).toMatchObject({ cause: 'stopped', detail: 'stopped by the operator', exitCode: null });
    expect(end.usage.cpuMs).toBeGreaterThan(0);
    await execution.stop('operator');
  });

  it('before "go" keeps the agent from beginning', async () => {
    const request = fresh();
    const execution = await home.prepare({ ...request, files: python('open("begun", "w")\n') });
    await execution.stop('shutdown');
    await execution.go();
    expect(await execution.ended).toMatchObject({ cause: 'stopped', usage: { cpuMs: 0 } });
    expect(existsSync(join(home.workspace(request.agentId), 'begun'))).toBe(false);
  });

  it('after the end changes nothing', async () => {
    const execution = await home.prepare({ ...fresh(), files: python('pass\n') });
    await execution.go();
    await execution.ended;
    await execution.stop('operator');
    expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
  });

  it('from outside this program is nobody’s fault but the system’s', async () => {
    for (const [signal, cause] of [
      ['SIGTERM', 'lost'],
      ['SIGKILL', 'lost'],
    ] as const) {
      const request = fresh();
      const execution = await home.prepare({ ...request, files: stubborn });
      await execution.go();
      const [container] = await home.docker.listContainers({ filters: { name: [`-${request.executionId}$`] } });
      await home.docker.getContainer(container!.Id).kill({ signal });
      expect((await execution.ended).cause).toBe(cause);
    }
  });

  it('of the preparation leaves no container, whenever it comes', async () => {
    for (const milliseconds of [0, 10, 40]) {
      const controller = new AbortController();
      const preparing = home.sandbox.prepare(
        { ...fresh(), bundle: ENOUGH, wallMs: 1000, handshake: '{}', files: python('pass\n'), environment: {} },
        controller.signal,
      );
      setTimeout(() => controller.abort(new Error('enough')), milliseconds);
      await expect(preparing).rejects.toThrow('enough');
      const left = await home.containers();
      expect(left.map(({ executionId }) => executionId)).not.toContain(`exe_${number}`);
    }
  });
});

describe('the use of CPU time', () => {
  it('can be read while it grows', async () => {
    const request = fresh();
    const execution = await home.prepare({
      ...request,
      files: python('import time\nwhile time.process_time() < 0.5: pass\nprint("half", flush=True)\ntime.sleep(1)\n'),
    });
    await execution.go();
    await until(() => home.output(request.executionId) !== '');
    const used = await execution.usedCpuMs();
    expect(used).toBeGreaterThanOrEqual(490);
    expect(used).toBeLessThan(1000);
    const { usage } = await execution.ended;
    // What the engine used to start the container is in neither of them.
    expect(used).toBeLessThanOrEqual(usage.cpuMs! + 2);
    expect(usage.cpuMs! - used!).toBeLessThan(50);
    expect(Math.abs((await execution.usedCpuMs())! - usage.cpuMs!)).toBeLessThanOrEqual(1);
  });
});

describe('what the agent owns', () => {
  it('is its workspace; its output belongs to the operator alone', async () => {
    const request = fresh();
    await home.run({ ...request, files: python('import os\nprint(os.getuid(), os.getgid())\nopen("made", "w")\n') });
    const [uid, gid] = home.output(request.executionId).trim().split(' ').map(Number);
    expect(uid).not.toBe(0);
    const root = home.workspace(request.agentId);
    for (const name of ['.', 'main.py', 'made']) expect(lstatSync(join(root, name))).toMatchObject({ uid, gid });
    const log = join(home.path, '.bp-agents', 'logs', 'executions', `${request.executionId}.log`);
    expect(lstatSync(log)).toMatchObject({ uid: process.getuid!() });
    expect(lstatSync(log).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(root, 'env.json'), 'utf8')).toBe('{}\n');
  });
});
