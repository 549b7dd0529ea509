import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fileOf, makeVolume, removeSupervised, runSupervised, supervise } from '../helpers/supervised.ts';

afterEach(removeSupervised);

const BURN = 'import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n';

describe('the supervisor', () => {
  it('says "ready", waits for "go", then reports the start, the end and what was used', async () => {
    const supervised = await supervise({ files: { 'main.py': 'print("hello")' } });
    expect(await supervised.line('ready')).toEqual({
      ...{ event: 'ready', cgroup_version: expect.any(Number) as number },
      ...{ going: false, wall_ms: 0, requests: 0, tells_use: true },
    });
    expect(supervised.output()).toBe('');
    supervised.say('go');
    const ended = await supervised.line('ended');
    expect(await supervised.exitCode()).toBe(0);
    expect(supervised.output()).toBe('hello\n');
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready', 'started', 'ended']);
    expect(await supervised.line('started')).toEqual({ event: 'started', entry: 'main.py' });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, signal: null, tree_empty: true });
    expect(ended['cpu_us']).toBeGreaterThan(1000);
    expect(ended['cpu_us']).toBeLessThan(2_000_000);
    expect(ended['wall_ms']).toBeGreaterThan(0);
    const peak = ended['memory_peak_bytes'];
    expect(peak === null || (peak as number) > 1_000_000).toBe(true);
  });

  it('tells the CPU time used since "go" as often as it is asked', async () => {
    const supervised = await supervise({ files: { 'main.py': `${BURN}time.sleep(60)\n` } });
    await supervised.line('ready');
    supervised.say('used');
    expect(await supervised.line('used')).toMatchObject({ event: 'used', cpu_us: 0 });
    supervised.say('go');
    await supervised.line('started');
    const told = () => supervised.lines.filter(({ event }) => event === 'used').map((line) => Number(line['cpu_us']));
    await expect
      .poll(() => (supervised.say('used'), Math.max(...told())), { timeout: 60_000 })
      .toBeGreaterThan(300_000);
    expect(told()).toEqual(told().toSorted((a, b) => a - b));
    expect(told().at(-1)).toBeLessThan(2_000_000);
  });

  it.each([
    ['sys.exit(7)', { exit_code: 7, signal: null, detail: 'exited with code 7' }],
    ['os.kill(os.getpid(), 15)', { exit_code: null, signal: 15, detail: 'ended by signal 15 (Terminated)' }],
  ])('reports how the first process ended: %s', async (text, end) => {
    const { ended } = await runSupervised({ files: { 'main.py': `import os, sys\n${text}\n` } });
    expect(ended).toMatchObject({ cause: 'exited', ...end });
  });

  it('runs nothing and exits with 3 where its stdin ends before "go"', async () => {
    const supervised = await supervise({ files: { 'main.py': 'print("ran")' }, stdinOnce: true });
    await supervised.line('ready');
    supervised.closeStdin();
    expect(await supervised.exitCode()).toBe(3);
    expect(supervised.output()).toBe('');
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready']);
  });

  it('lets go of a program that says something else, and runs nothing until one greets that makes sense', async () => {
    const supervised = await supervise({ files: { 'main.py': 'print("ran")' } });
    await supervised.line('ready');
    supervised.say('gone');
    supervised.say('go');
    supervised.hangUp();
    await supervised.attach();
    expect(await supervised.line('ready')).toMatchObject({ going: false });
    supervised.say('go');
    expect(await supervised.line('ended')).toMatchObject({ exit_code: 0 });
    expect(supervised.output()).toBe('ran\n');
  });

  it.each([
    [{ '--uid': '0' }, 'unknown option or value: --uid 0'],
    [{ '--gid': '4294967295' }, 'unknown option or value: --gid 4294967295'],
    [{ '--cpu-ms': '-1' }, 'unknown option or value: --cpu-ms -1'],
    [{ '--cpus': '0' }, 'unknown option or value: --cpus 0'],
    [{ '--speed': 'a\u001b[2J\u00e9' }, 'unknown option or value: --speed a?[2J??'],
    [{ '--speed': 'high' }, 'unknown option or value: --speed high'],
  ])('refuses arguments that make no sense: %j', async (parameters, detail) => {
    const supervised = await supervise({ parameters });
    expect(await supervised.exitCode()).toBe(2);
    await expect.poll(() => supervised.complaint()).toBe(`bp-supervisor: ${detail}\n`);
  });

  it('refuses a terminal, which would change the bytes', async () => {
    const supervised = await supervise({ tty: true, files: { 'main.py': 'print("ran")' } });
    expect(await supervised.exitCode()).toBe(4);
  });

  it('ends the tree and reports when it is told to stop', async () => {
    const text = 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("up")\ntime.sleep(60)';
    const supervised = await supervise({ files: { 'main.py': text } });
    supervised.say('go');
    await supervised.line('started');
    await supervised.container.kill({ signal: 'SIGTERM' });
    expect(await supervised.line('ended')).toMatchObject({ cause: 'stopped', tree_empty: true });
    expect(await supervised.exitCode()).toBe(0);
  });

  it('reports also where it is told to stop before "go"', async () => {
    const supervised = await supervise({ files: { 'main.py': 'print("ran")' } });
    await supervised.line('ready');
    await supervised.container.kill({ signal: 'SIGTERM' });
    expect(await supervised.line('ended')).toMatchObject({ cause: 'stopped', cpu_us: 0, wall_ms: 0, exit_code: null });
    expect(supervised.output()).toBe('');
  });

  it('goes on when the attached streams are lost, and leaves its report in a place of its own', async () => {
    const supervised = await supervise({
      files: { 'main.py': 'import time\nfor _ in range(20): print("x" * 100, flush=True); time.sleep(0.05)\n' },
      reportVolume: await makeVolume(),
    });
    supervised.say('go');
    await supervised.line('started');
    supervised.hangUp();
    expect(await supervised.exitCode()).toBe(0);
    const report = JSON.parse(await fileOf(supervised.container, '/run/bp-report/report.json')) as object;
    expect(report).toMatchObject({ event: 'ended', cause: 'exited', exit_code: 0, tree_empty: true });
  });

  it('leaves beside the report what was printed for a program that did not come back', async () => {
    const LINES = (1 << 17) - 1000;
    // Nearly as much as the supervisor holds and a pipe can be made to; in whole pages, since others leave gaps in it.
    const text = `
import fcntl, os
fcntl.fcntl(1, 1031, 1 << 20)
print("begun", flush=True)
while not os.path.exists("/workspace/alone"): pass
rest = b"".join(b"%08d\\n" % number for number in range(${LINES}))
while rest: rest = rest[os.write(1, rest[:1 << 16]):]
`;
    const supervised = await supervise({ files: { 'main.py': text }, reportVolume: await makeVolume(), cpuMs: 60_000 });
    supervised.say('go');
    await expect.poll(() => supervised.output(), { timeout: 120_000 }).toBe('begun\n');
    supervised.hangUp();
    writeFileSync(join(supervised.workspace, 'alone'), '');
    expect(await supervised.exitCode()).toBe(0);
    const report = JSON.parse(await fileOf(supervised.container, '/run/bp-report/report.json')) as object;
    const printed = `begun\n${Array.from({ length: LINES }, (_, number) => `${String(number).padStart(8, '0')}\n`).join('')}`;
    expect(report).toMatchObject({ exit_code: 0, output_bytes: printed.length });
    const output = await fileOf(supervised.container, '/run/bp-report/output');
    expect(printed.endsWith(output)).toBe(true);
    expect(output.length).toBeGreaterThan(900_000);
  });

  it('gives all that was printed, more than a window of it, before its last word', async () => {
    const text = 'import os\nos.write(1, b"x" * 300000)\n';
    const supervised = await supervise({ files: { 'main.py': text } });
    supervised.say('go');
    expect(await supervised.line('ended')).toMatchObject({ output_bytes: 300_000 });
    expect(supervised.output().length).toBe(300_000);
    expect(await supervised.exitCode()).toBe(0);
  });
});

describe('the budget', () => {
  it('of CPU time is that of the whole tree, and spending it ends all of it', async () => {
    const text = 'import os\nos.fork()\nos.fork()\nwhile True: pass\n';
    const { ended } = await runSupervised({ files: { 'main.py': text }, cpuMs: 200 });
    expect(ended).toMatchObject({ cause: 'cpu_budget', exit_code: null, signal: 9, tree_empty: true });
    expect(ended['cpu_us']).toBeGreaterThanOrEqual(200_000);
    expect(ended['cpu_us']).toBeLessThan(1_000_000);
  });

  it('of wall time ends who sleeps', async () => {
    const { ended } = await runSupervised({ files: { 'main.py': 'import time\ntime.sleep(60)' }, wallMs: 300 });
    expect(ended).toMatchObject({ cause: 'wall_budget', signal: 9, tree_empty: true });
    expect(ended['wall_ms']).toBeGreaterThanOrEqual(300);
    expect(ended['wall_ms']).toBeLessThan(30_000);
  });

  it('is not used up by watching over an agent that idles', async () => {
    const { ended } = await runSupervised({ files: { 'main!': '#!/bin/sh\nexec sleep 2\n' }, cpuMs: 100 });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0 });
  });

  it('counts a daemon that forked twice, and ends it with the first process', async () => {
    const text = `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        exec(${JSON.stringify(BURN)})
        os.mkdir("/workspace/burnt")
        while True: time.sleep(60)
    os._exit(0)
while not os.path.exists("/workspace/burnt"): time.sleep(0.05)
`;
    const { ended } = await runSupervised({ files: { 'main.py': text } });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, tree_empty: true });
    expect(ended['cpu_us']).toBeGreaterThan(300_000);
  });

  it('counts children whose end nobody waits for', async () => {
    const text = `
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    exec(${JSON.stringify(BURN)})
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    pass
`;
    const { ended } = await runSupervised({ files: { 'main.py': text } });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0 });
    expect(ended['cpu_us']).toBeGreaterThan(300_000);
  });

  it('of processes is told where it refused some', async () => {
    const text = `
import os, time
for _ in range(60):
    try:
        if os.fork() == 0:
            time.sleep(60)
    except OSError: pass
`;
    const { ended } = await runSupervised({ files: { 'main.py': text }, memoryMb: 512, pids: 32 });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, tree_empty: true });
    expect(ended['detail']).toMatch(/^exited with code 0; (2\d|3\d) new processes were refused$/);
  });

  it('of a filesystem’s free room ends who takes more', async () => {
    const parameters = { '--disk-bytes': String(2 ** 60) };
    const { ended } = await runSupervised({ files: { 'main.py': 'import time\ntime.sleep(30)\n' }, parameters });
    expect(ended).toMatchObject({ cause: 'disk_quota', exit_code: null });
  });

  it('is kept against a fork bomb', async () => {
    const text = 'import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n';
    const { ended } = await runSupervised({ files: { 'main.py': text }, cpuMs: 300, memoryMb: 512, pids: 128 });
    expect(ended).toMatchObject({ cause: 'cpu_budget', tree_empty: true });
  });
});
