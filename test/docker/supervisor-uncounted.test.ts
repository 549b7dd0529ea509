import { afterEach, describe, expect, it } from 'vitest';
import { needsRoot } from '../helpers/needs.ts';
import { removeSupervised, runSupervised, supervise } from '../helpers/supervised.ts';

afterEach(removeSupervised);

const NONE = { '--cgroup': 'none' };
const BURN = 'import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n';

describe('the supervisor tells', () => {
  it('that what was asked for holds, and by what it knows the CPU time', async () => {
    const parameters = { '--memory-bytes': String(64 * 1024 * 1024), '--pids': '64' };
    const supervised = await supervise({ files: { 'main.py': '' }, parameters });
    const { held, cgroup_version: version } = await supervised.line('ready');
    expect(held).toMatchObject({ memory: true, processes: true, cpu: 'group' });
    expect([1, 2]).toContain(version);
  });

  it('that a limit which is not the one asked for does not hold', async () => {
    const parameters = { '--memory-bytes': String(63 * 1024 * 1024), '--pids': '64' };
    const supervised = await supervise({ files: { 'main.py': '' }, parameters });
    const { held } = await supervised.line('ready');
    expect(held).toMatchObject({ memory: false, processes: true, cpu: 'group' });
  });

  it('that a control group with none of the limits is not its own, and counts by the processes', async () => {
    const parameters = { '--memory-bytes': String(63 * 1024 * 1024), '--pids': '63' };
    const supervised = await supervise({ files: { 'main.py': BURN }, parameters });
    const { held, cgroup_version: version } = await supervised.line('ready');
    expect(held).toMatchObject({ memory: false, processes: false, cpu: 'processes' });
    expect(version).toBeNull();
    supervised.say('go');
    const ended = await supervised.line('ended');
    expect(ended).toMatchObject({ cause: 'exited', memory_peak_bytes: null, oom_kills: null });
    expect(ended['cpu_us']).toBeGreaterThan(300_000);
  });
});

describe('without a control group of its own the budget', () => {
  it('of CPU time is that of the whole tree, and spending it ends all of it', async () => {
    const text = 'import os\nos.fork()\nos.fork()\nwhile True: pass\n';
    const { ended } = await runSupervised({ files: { 'main.py': text }, cpuMs: 200, parameters: NONE });
    expect(ended).toMatchObject({ cause: 'cpu_budget', exit_code: null, signal: 9, tree_empty: true });
    expect(ended['cpu_us']).toBeGreaterThanOrEqual(200_000);
    expect(ended['cpu_us']).toBeLessThan(1_000_000);
  });

  it('counts what was waited for, and a daemon that forked twice', async () => {
    const text = `
import os, time
if os.fork() == 0:
    exec(${JSON.stringify(BURN)})
    os._exit(0)
os.wait()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        exec(${JSON.stringify(BURN)})
        os.mkdir("/workspace/burnt")
        while True: time.sleep(60)
    os._exit(0)
while not os.path.exists("/workspace/burnt"): time.sleep(0.05)
`;
    const { ended } = await runSupervised({ files: { 'main.py': text }, parameters: NONE });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, tree_empty: true });
    expect(ended['cpu_us']).toBeGreaterThan(600_000);
    expect(ended['cpu_us']).toBeLessThan(3_000_000);
  });

  it('is used up by children that nobody waits for, as far as they were seen', async () => {
    const text = `
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        exec(${JSON.stringify(BURN)})
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
`;
    const { ended } = await runSupervised({ files: { 'main.py': text }, cpuMs: 1000, parameters: NONE });
    expect(ended).toMatchObject({ cause: 'cpu_budget' });
  });

  it('is not used up twice by many children that are waited for', async () => {
    const text = `
import os, time
began = time.monotonic()
for _ in range(100):
    if os.fork() == 0:
        end = time.process_time() + 0.008
        while time.process_time() < end: pass
        os._exit(0)
    os.wait()
used = os.times()
print(round(sum(used[:4]) * 1000))
`;
    const { ended, output } = await runSupervised({ files: { 'main.py': text }, parameters: NONE });
    expect(ended).toMatchObject({ cause: 'exited', exit_code: 0 });
    const usedMs = Number(output);
    expect(usedMs).toBeGreaterThan(700);
    expect(ended['cpu_us']).toBeGreaterThan(usedMs * 1000 - 50_000);
    expect(ended['cpu_us']).toBeLessThan(usedMs * 1000 + 200_000);
  });

  it('of processes is that of its user', async (context) => {
    needsRoot(context, 'give an agent a user of its own');
    const text = `
import os, time
refused = 0
for _ in range(60):
    try:
        if os.fork() == 0:
            time.sleep(60)
    except OSError: refused += 1
print(refused)
`;
    // Nobody else's, so that nothing else counts.
    const parameters = { ...NONE, '--uid': '249999', '--nproc': '32', '--memory-bytes': '1' };
    const { output, supervised } = await runSupervised({
      files: { 'main.py': text },
      ...{ memoryMb: 512, pids: 128, parameters },
    });
    expect(output).toBe(`${60 - 31}\n`);
    expect(await supervised.line('ready')).toMatchObject({ held: { memory: false, processes: true } });
  });
});
