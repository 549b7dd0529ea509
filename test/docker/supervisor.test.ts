import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
      ...{ going: false, wall_ms: 0, requests: 0 },
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
    // As much as the supervisor holds, and as much as a pipe can be made to.
    const text = `
import fcntl, os, sys
fcntl.fcntl(1, 1031, 1 << 20)
print("begun", flush=True)
while not os.path.exists("/workspace/alone"): pass
for number in range(1 << 17): sys.stdout.write("%08d\\n" % number)
`;
    const supervised = await supervise({ files: { 'main.py': text }, reportVolume: await makeVolume(), cpuMs: 60_000 });
    supervised.say('go');
    await expect.poll(() => supervised.output(), { timeout: 120_000 }).toBe('begun\n');
    supervised.hangUp();
    writeFileSync(join(supervised.workspace, 'alone'), '');
    expect(await supervised.exitCode()).toBe(0);
    const report = JSON.parse(await fileOf(supervised.container, '/run/bp-report/report.json')) as object;
    const printed = `begun\n${Array.from({ length: 1 << 17 }, (_, number) => `${String(number).padStart(8, '0')}\n`).join('')}`;
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

describe('the entry point', () => {
  const print = (name: string) => `print("${name}")`;
  const log = (name: string) => `console.log("${name}")`;
  const echo = (name: string) => `#!/bin/sh\necho ${name}\n`;
  const everything = {
    'main.py': print('main.py'),
    'main.js': log('main.js'),
    'main.mjs': log('main.mjs'),
    'main!': echo('main'),
  };

  it.each([
    ['main.py', everything],
    ['main.js', { ...everything, 'main.py': undefined }],
    ['main.mjs', { 'main.mjs': `import 'node:fs';\n${log('main.mjs')}`, 'main!': everything['main!'] }],
    ['main', { 'main!': everything['main!'] }],
  ])('is the first of those there are: %s', async (name, candidates) => {
    const files = Object.fromEntries(Object.entries(candidates).flatMap(([key, text]) => (text ? [[key, text]] : [])));
    const { output, supervised } = await runSupervised({ files });
    expect(output).toBe(`${name}\n`);
    expect(await supervised.line('started')).toEqual({ event: 'started', entry: name });
  });

  it("runs with the workspace's own Python where there is one", async () => {
    const { output } = await runSupervised({
      files: { 'main.py': '', '.venv/bin/python!': '#!/bin/sh\necho "own $1"\n' },
    });
    expect(output).toBe('own /workspace/main.py\n');
  });

  it('is never a directory, a FIFO or a link to something else than a file', async () => {
    const { output } = await runSupervised({
      files: { 'main!': echo('main') },
      arrange(workspace) {
        mkdirSync(join(workspace, 'main.py'));
        execFileSync('mkfifo', [join(workspace, 'main.js')]);
        symlinkSync('/dev/zero', join(workspace, 'main.mjs'));
      },
    });
    expect(output).toBe('main\n');
  });

  it('may have been written on Windows where Python or Node runs it', async () => {
    const files = { 'main.js': '#!/usr/bin/env node\r\nconsole.log("main.js");\r\n' };
    expect((await runSupervised({ files })).output).toBe('main.js\n');
    const python = { 'main.py': '\ufeff#!/usr/bin/env python3\r\nprint("main.py")\r\n' };
    expect((await runSupervised({ files: python })).output).toBe('main.py\n');
  });

  const NONE = 'the workspace has no main.py, main.js, main.mjs or executable main';

  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, NONE],
    ['a main without its x bit', { main: '#!/bin/sh\n' }, `${NONE}: main is not executable`],
    ['a main that is a directory', { 'main/x': '' }, `${NONE}: main is a directory`],
    ['a main without #!', { 'main!': 'data' }, 'main is no program and has no #! line'],
    ['an empty main', { 'main!': '' }, 'main is empty'],
    ['a #! line without a name', { 'main!': '#! \n' }, 'main: the #! line names no interpreter'],
    [
      'an interpreter that is not there',
      { 'main!': '#!/no/such -x\n' },
      'main: the interpreter /no/such: No such file or directory',
    ],
    [
      'an interpreter that fakes a line',
      { 'main!': '#!/no\u001b[2J\n' },
      'main: the interpreter /no?[2J: No such file or directory',
    ],
    [
      'an interpreter without its x bit',
      { 'main!': '#!/etc/passwd\n' },
      'main: the interpreter /etc/passwd is not executable',
    ],
    ['an interpreter that is a directory', { 'main!': '#!/etc\n' }, 'main: the interpreter /etc is not a file'],
    ['a carriage return', { 'main!': '#!/bin/sh\r\necho\r\n' }, 'main: the #! line ends in a carriage return (CR)'],
    [
      'a carriage return that env would take for a part of the name',
      { 'main!': '#!/usr/bin/env python3\r\nprint()\r\n' },
      'main: the #! line ends in a carriage return (CR)',
    ],
    ['a byte order mark', { 'main!': '\ufeff#!/bin/sh\n' }, 'main: a byte order mark (BOM) stands before its #! line'],
    [
      'a Python of the workspace with a carriage return',
      { 'main.py': '', '.venv/bin/python!': '#!/usr/bin/python3\r\n' },
      '.venv/bin/python: the #! line ends in a carriage return (CR)',
    ],
  ])('is missed by name: %s', async (_, files, detail) => {
    const { ended, supervised } = await runSupervised({ files });
    expect(ended).toMatchObject({ cause: 'not_runnable', exit_code: null, signal: null, detail });
    expect(supervised.lines.map(({ event }) => event)).toEqual(['ready', 'ended']);
  });

  it.each([
    ['of another kind of machine', 0xbeef, 'main is not a program for this kind of machine: Exec format error'],
    ['whose loader is not here', undefined, 'main: the loader that this program needs is not here'],
  ])('is missed by name: a program %s', async (_, machine, detail) => {
    const arrange = (workspace: string) => {
      writeFileSync(join(workspace, 'main'), program(machine), { mode: 0o755 });
    };
    expect((await runSupervised({ arrange })).ended).toMatchObject({ cause: 'not_runnable', detail });
  });

  it('is missed by name: a main that leads nowhere, or to a FIFO', async () => {
    const nowhere = await runSupervised({ arrange: (workspace) => symlinkSync('/no/such', join(workspace, 'main')) });
    expect(nowhere.ended['detail']).toBe(`${NONE}: main is a link that leads nowhere: No such file or directory`);
    const fifo = (workspace: string) => void execFileSync('mkfifo', ['-m', '755', join(workspace, 'main')]);
    expect((await runSupervised({ arrange: fifo })).ended['detail']).toBe(`${NONE}: main is not a file`);
  });
});

/** The head of a 64-bit ELF program for that machine, this one unless it is named, with a loader that no machine has. */
function program(machine = readFileSync(process.execPath).readUInt16LE(18)): Buffer {
  const bytes = Buffer.alloc(64 + 56 + 16);
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(64n, 32);
  for (const [value, place] of [
    [64, 52],
    [56, 54],
    [1, 56],
  ] as const)
    bytes.writeUInt16LE(value, place);
  // Its only part: the loader's name, which stands behind it.
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(120n, 64 + 8);
  bytes.writeBigUInt64LE(9n, 64 + 32);
  bytes.write('/no/such\0', 120);
  return bytes;
}

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
