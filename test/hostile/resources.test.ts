import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionRequest } from '../../src/sandbox/sandbox.ts';
import { engineFacts } from '../../src/sandbox/docker/client/engine-facts.ts';
import { cutMarker } from '../helpers/cut-marker.ts';
import { ENOUGH, openTestHome, type Finished, type TestHome } from '../helpers/docker-sandbox.ts';
import { FORK_STORMS, HONEST_PROCESSES } from '../helpers/fork-storms.ts';
import { allRefused, attacker, foundIn, hostileFiles } from '../helpers/hostile-agents.ts';

const OUTPUT_MAX = 10_000;
const SMALL = { ...ENOUGH, cpuMs: 500, memoryMb: 128 };
const MB = 1024 * 1024;
let home: TestHome;
let found: Readonly<Record<string, unknown>>;
let number = 0;

beforeAll(async () => {
  home = await openTestHome({ output_bytes_max: OUTPUT_MAX });
  const bundle = { ...ENOUGH, memoryMb: 512 };
  const { end, output } = await run({ files: hostileFiles('limits'), bundle });
  expect(end, output).toMatchObject({ cause: 'exited', exitCode: 0 });
  found = foundIn(output);
});
afterAll(async () => {
  await home.close();
});

function run(request: Partial<ExecutionRequest>): Promise<Finished> {
  number += 1;
  return home.run({ executionId: `exe_${number}`, agentId: `agent${number}`, agentNumber: number, ...request });
}

/** Runs these agents beside each other with the same bundle. */
function runAll(texts: readonly string[], request: Partial<ExecutionRequest> = {}): Promise<readonly Finished[]> {
  return Promise.all(texts.map((text) => run({ files: attacker(text), ...request })));
}

function expectSpent({ end, output }: Finished, overMsMax = 400): void {
  expect(end, output).toMatchObject({ cause: 'cpu_budget' });
  expect(end.usage.cpuMs).toBeGreaterThanOrEqual(SMALL.cpuMs);
  expect(end.usage.cpuMs).toBeLessThan(SMALL.cpuMs + overMsMax);
}

async function expectOutOfMemory(...texts: readonly string[]): Promise<void> {
  for (const { end, output } of await runAll(texts)) {
    expect(end, output).toMatchObject({ cause: 'out_of_memory' });
    expect(end.usage.memoryPeakBytes).toBeLessThanOrEqual(ENOUGH.memoryMb * MB);
    expect(output).not.toContain('held');
  }
}

describe('resources', () => {
  it('fork bomb: it ends with its CPU budget, and nothing of it is left', async () => {
    const [bomb] = await runAll(['while True:\n  try: os.fork()\n  except OSError: pass'], {
      bundle: { ...SMALL, memoryMb: 512 },
    });
    expect(bomb!.end, bomb!.output).toMatchObject({ cause: 'cpu_budget' });
    expect(bomb!.end.detail).toMatch(
      /^killed: the CPU budget of 500 ms is spent, with \d+ ms for the end of its processes/,
    );
  });

  it('fork storms: none takes much more than it bought, however it forks', async () => {
    // The machine's other work makes everything dearer alike, so an agent that makes its processes and ends them says
    // what may be taken: an eighth of that. Were nothing kept back for the end of a bomb, it would take a fifth and more.
    const honest = await run({ files: HONEST_PROCESSES, bundle: { ...ENOUGH, memoryMb: 512 } });
    expect(honest.end, honest.output).toMatchObject({ cause: 'exited', exitCode: 0 });
    const overMsMax = honest.end.usage.cpuMs! / 8;
    const over: Record<string, number> = {};
    for (const cpuMs of [50, 1000])
      for (const [name, storm] of Object.entries(FORK_STORMS)) {
        const { end, output } = await run({ files: storm, bundle: { ...ENOUGH, cpuMs, memoryMb: 512 } });
        expect(end, output).toMatchObject({ cause: 'cpu_budget' });
        over[`${cpuMs} ms, ${name}`] = end.usage.cpuMs! - cpuMs;
      }
    const tooFar = Object.entries(over).filter(([, ms]) => ms > overMsMax);
    expect(tooFar, `at most ${overMsMax} ms over: ${JSON.stringify(over)}`).toEqual([]);
  });

  it('thread bomb: it ends with its CPU budget', async () => {
    const spin = 'def spin():\n  while True: pass\n';
    const text = `${spin}while True:\n  try: threading.Thread(target=spin).start()\n  except RuntimeError: pass`;
    expectSpent((await runAll([text], { bundle: SMALL }))[0]!);
  });

  it('children of children: time spent by daemons with SIGCHLD ignored is counted', async () => {
    const text = `
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: pass
        os._exit(0)
time.sleep(20)`;
    expectSpent((await runAll([text], { bundle: SMALL }))[0]!);
  });

  it('short lives: time spent by thousands of children that end at once is counted', async () => {
    const text = `
while True:
    pid = os.fork()
    if pid == 0:
        sum(range(5000)); os._exit(0)
    os.waitpid(pid, 0)`;
    expectSpent((await runAll([text], { bundle: SMALL }))[0]!);
  });

  it('survivor: a daemon that ignores every signal does not outlive its execution', async () => {
    const text = `
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
        while True:
            open("/workspace/beats", "a").write("x"); time.sleep(0.005)
    os._exit(0)
while not os.path.exists("/workspace/beats"): time.sleep(0.01)
os._exit(0)`;
    const { end } = await run({ files: attacker(text), agentId: 'survivor' });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    const beats = () => readFileSync(join(home.workspace('survivor'), 'beats'), 'utf8').length;
    const before = beats();
    await sleep(300);
    expect(beats()).toBe(before);
  });

  it('oversleeping: who ignores SIGTERM and sleeps is ended with its wall time', async () => {
    const [sleeper] = await runAll(['signal.signal(15, signal.SIG_IGN)\ntime.sleep(60)'], { wallMs: 700 });
    expect(sleeper?.end).toMatchObject({ cause: 'wall_budget' });
    expect(sleeper?.end.usage.wallMs).toBeLessThan(30_000);
  });

  it('memory: the heap ends at what was bought, and so does locked memory', async () => {
    await expectOutOfMemory('x = bytearray(1 << 30)\nprint("held")');
    expect(found['locked_memory']).toEqual(['ENOMEM', 'ValueError']);
  });

  it('memory in files: /tmp, /dev/shm and memfd count as memory', async () => {
    const fill = (path: string) => `
try:
    f = open("${path}", "wb")
    while True: f.write(b"x" * (1 << 20))
except OSError: pass
x = bytearray(50 << 20)
print("held")`;
    const memfd = 'fd = os.memfd_create("x")\nfor _ in range(200): os.write(fd, b"x" * (1 << 20))\nprint("held")';
    await expectOutOfMemory(fill('/tmp/x'), fill('/dev/shm/x'), memfd);
  });

  it('memory in the kernel: pipes, Unix sockets and System V segments count, also those that nobody uses', async () => {
    const pipes = `
import fcntl
for _ in range(480):
    r, w = os.pipe(); os.set_blocking(w, False)
    try: fcntl.fcntl(w, 1031, 1 << 20)
    except OSError: pass
    os.write(w, b"x" * (1 << 20))
x = bytearray(40 << 20)
print("held")`;
    const sockets = `
import socket
pairs, held = [], 0
while held < 200 << 20:
    pair = socket.socketpair(); pairs.append(pair)
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24); pair[0].setblocking(False)
    try:
        while True: held += pair[0].send(b"x" * 65536)
    except BlockingIOError: pass
print("held")`;
    const segments = `
libc.shmat.restype = ctypes.c_void_p
for _ in range(200):
    at = ctypes.c_void_p(libc.shmat(libc.shmget(0, 1 << 20, 0o1600), None, 0))
    ctypes.memset(at, 1, 1 << 20); libc.shmdt(at)
print("held")`;
    await expectOutOfMemory(pipes, sockets, segments);
  });

  it('output flood: printing and reopening /dev/stdout leaves the cap and its marker, and the end is told', async () => {
    const reopen = 'while True:\n  with open("/dev/stdout", "wb") as f: f.write(b"x" * 65536)';
    const print = 'while True: os.write(1, b"x" * 65536)';
    for (const { end, output } of await runAll([print, reopen], { bundle: SMALL })) {
      expect(end).toMatchObject({ cause: 'cpu_budget' });
      expect(output).toBe('x'.repeat(OUTPUT_MAX) + cutMarker(OUTPUT_MAX));
      expect(end.usage.outputBytes).toBeGreaterThan(OUTPUT_MAX);
    }
  });

  it('processes: more than the limit are not made, threads included', () => {
    expect(found['processes']).toMatchObject({
      made: expect.toSatisfy((n: number) => n < 256) as unknown,
      why: 'EAGAIN',
    });
    expect(found['threads']).toBe(0);
  });

  it('descriptors: more than the limit are not opened', () => {
    expect(found['descriptors']).toMatchObject({
      made: expect.toSatisfy((n: number) => n < 1024) as unknown,
      why: 'EMFILE',
    });
  });

  it('large file: a terabyte is not written, reserved or pretended', () => {
    expect(found['large_file']).toEqual(['EFBIG', 'EFBIG', 'EFBIG']);
  });

  it('temporary files: /tmp has an end in files and in bytes', async () => {
    // Podman refuses a tmpfs with `nr_inodes`: there only the memory that was bought bounds the number of files.
    const { isPodman } = engineFacts(await home.docker.info());
    expect(found['temporary_files']).toMatchObject({ why: isPodman ? 'unlimited' : 'ENOSPC', size: 'ENOSPC' });
  });

  it('own limits: none is lifted, and none is set for PID 1', () => {
    expect(found['own_limits']).toEqual([]);
  });

  it('priority: no better, real-time or I/O priority is won, and PID 1 gets no worse one', () => {
    expect({ attempts: found['priority'], refused: allRefused(found['priority']) }).toMatchObject({ refused: true });
  });

  it("kernel objects: pipes, watches and timers end at the limits of the agent's user", () => {
    expect(found['pipes']).toMatchObject({ larger: 'EPERM' });
    expect(found['watches']).toBeLessThan(1000);
    expect(found['timers']).toBeLessThan(1_000_000);
  });
});
