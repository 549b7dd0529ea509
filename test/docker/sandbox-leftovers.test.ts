import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiled } from '../helpers/compiled.ts';
import { ENOUGH, NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

let home: TestHome;

beforeEach(async () => {
  home = await openTestHome();
});
afterEach(async () => {
  await home.close();
});

/** Goes on when it is told to. */
const WAITING =
  'import os, time\nprint("first", flush=True)\nwhile not os.path.exists("go-on"): time.sleep(0.02)\nprint("last", flush=True)\n';
const QUICK = 'print("done")\n';

/** Starts an execution in a program of its own and kills that program once the execution is in this state. */
async function crash(executionId: string, program: string, state: 'prepared' | 'running'): Promise<number> {
  const script = await compiled(new URL('../helpers/crashing-sandbox.ts', import.meta.url));
  const child = spawn(process.execPath, [script, home.path, executionId, program, state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const startedAt = Date.now();
  expect(said.toString()).toBe(`${state}\n`);
  if (program === WAITING)
    while (home.output(executionId) === '') await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await closed;
  return startedAt;
}

async function containersOf(executionId: string): Promise<number> {
  const found = await home.docker.listContainers({
    all: true,
    filters: { label: [`bp-agents.execution=${executionId}`] },
  });
  return found.filter(({ Mounts }) => Mounts.some(({ Source }) => Source.startsWith(home.path))).length;
}

async function untilEnded(executionId: string): Promise<void> {
  for (;;) {
    const left = await home.containers();
    if (left.find((container) => container.executionId === executionId)?.isRunning !== true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const adoption = (executionId: string, startedAt: number) => ({
  executionId,
  agentId: 'a',
  bundle: ENOUGH,
  wallMs: 300_000,
  startedAt,
});

describe('after a crash of the program', () => {
  it('an execution that got its "go" is found running, and taken over to its end', async () => {
    const startedAt = await crash('exe_1', WAITING, 'running');
    const sandbox = home.reopen();
    expect(await home.containers()).toEqual([{ executionId: 'exe_1', isRunning: true }]);
    const adopted = await sandbox.adopt(adoption('exe_1', startedAt), NEVER);
    writeFileSync(join(home.workspace(), 'go-on'), '');
    const end = await adopted.ended;
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0, usage: { outputBytes: null } });
    expect(end.usage.cpuMs).toBeGreaterThan(0);
    // Python writes a line and its end apart: the kill may have come between them.
    expect(home.output('exe_1')).toMatch(/^first\n?last\n$/);
    await sandbox.discard('exe_1');
    expect(await containersOf('exe_1')).toBe(0);
  });

  it('one that ended meanwhile is found with its receipt', async () => {
    const startedAt = await crash('exe_1', 'import time\ntime.sleep(0.3)\n', 'running');
    await untilEnded('exe_1');
    const sandbox = home.reopen();
    const isRoot = process.getuid!() === 0;
    // Without root there is no report to read: nobody knows then.
    const { ended } = await sandbox.adopt(adoption('exe_1', startedAt), NEVER);
    expect(await ended).toMatchObject({ cause: isRoot ? 'exited' : 'lost', exitCode: isRoot ? 0 : null });
  });

  it('one that was only prepared has run nothing and ends by itself', async () => {
    const startedAt = await crash('exe_1', 'open("begun", "w")\n', 'prepared');
    await untilEnded('exe_1');
    const { ended } = await home.reopen().adopt(adoption('exe_1', startedAt), NEVER);
    expect(await ended).toMatchObject({ cause: 'start_failed' });
    expect(existsSync(join(home.workspace(), 'begun'))).toBe(false);
  });

  it('one that has vanished is lost', async () => {
    const adopted = await home.sandbox.adopt(adoption('exe_1', Date.now()), NEVER);
    expect(await adopted.ended).toMatchObject({ cause: 'lost', usage: { cpuMs: null } });
    await adopted.stop('operator');
  });

  it('an adopted one can be stopped', async () => {
    const startedAt = await crash('exe_1', 'import time\ntime.sleep(60)\n', 'running');
    const adopted = await home.reopen().adopt(adoption('exe_1', startedAt), NEVER);
    expect(await adopted.usedCpuMs()).toBeGreaterThan(0);
    await adopted.stop('operator');
    expect(await adopted.ended).toMatchObject({ cause: 'stopped' });
  });
});

describe('what is left', () => {
  it('is removed by a discard, as often as it is asked for', async () => {
    await home.run({ executionId: 'exe_1', files: python(QUICK) });
    const sockets = await home.sandbox.socketDirectory('exe_1');
    writeFileSync(join(sockets, 'service.sock'), '');
    expect(await containersOf('exe_1')).toBe(1);
    for (let times = 0; times < 2; times++) await home.sandbox.discard('exe_1');
    expect(await containersOf('exe_1')).toBe(0);
    expect(existsSync(sockets)).toBe(false);
    expect(readdirSync(join(home.path, '.bp-agents')).sort()).toEqual(
      process.getuid!() === 0 ? ['executions', 'logs', 'volumes'] : ['logs'],
    );
    expect(readFileSync(join(home.workspace(), 'main.py'), 'utf8')).toBe(QUICK);
    expect(home.output('exe_1')).toBe('done\n');
  });

  it('is removed by a discard while it still runs', async () => {
    const execution = await home.prepare({ executionId: 'exe_1', files: python('import time\ntime.sleep(60)\n') });
    await execution.go();
    await home.sandbox.discard('exe_1');
    expect(await containersOf('exe_1')).toBe(0);
    expect(['lost', 'stopped']).toContain((await execution.ended).cause);
  });

  it('is removed by a sweep, but for what is to be kept and what is another home’s', async () => {
    const other = await openTestHome();
    try {
      await Promise.all([
        home.run({ executionId: 'exe_1', agentId: 'a', files: python(QUICK) }),
        home.run({ executionId: 'exe_2', agentId: 'b', files: python(QUICK) }),
        other.run({ executionId: 'exe_1', agentId: 'a', files: python(QUICK) }),
      ]);
      const socketsOnly = await home.sandbox.socketDirectory('exe_3');
      mkdirSync(join(home.path, 'workspaces', '.probe-old'));
      mkdirSync(join(home.path, 'workspaces', '.staging'), { recursive: true });
      writeFileSync(join(home.path, 'workspaces', '.staging', 'exe_4.0'), 'half a file');
      await home.sandbox.sweep(new Set(['exe_2']), NEVER);
      const ids = async (of: TestHome) => (await of.containers()).map(({ executionId }) => executionId);
      expect(await ids(home)).toEqual(['exe_2']);
      expect(await ids(other)).toEqual(['exe_1']);
      expect(existsSync(socketsOnly)).toBe(false);
      expect(readdirSync(dirname(socketsOnly))).toEqual(['exe_2']);
      await home.sandbox.sweep(new Set(), NEVER);
      expect(existsSync(dirname(socketsOnly))).toBe(false);
      expect(readdirSync(join(home.path, 'workspaces')).sort()).toEqual(['.staging', 'agent-a', 'agent-b']);
      expect(readdirSync(join(home.path, 'workspaces', '.staging'))).toEqual([]);
      expect(other.output('exe_1')).toBe('done\n');
    } finally {
      await other.close();
    }
  });
});
