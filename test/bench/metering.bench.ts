/**
 * The CPU time in the receipt against what the agent's own processes measured of themselves, and how far an execution
 * runs over its budget: in a busy loop and under fork storms. Prints the machine's load beside the figures, since they
 * hold for an idle one.
 */
import { loadavg } from 'node:os';
import { ENOUGH, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { FORK_STORMS, HONEST_PROCESSES } from '../helpers/fork-storms.ts';
import type { ExecutionRequest } from '../../src/sandbox/sandbox.ts';

const RUNS = Number(process.argv[2] ?? 30);
const REPEATS = 5;
const BUDGET_MS = 300;
const OVERSHOOT_MEDIAN_MAX_MS = 15;
const OVERSHOOT_WORST_MAX_MS = 60;
const STORM_BUDGETS_MS = [50, 1000];
/** What a storm may take beyond its budget, as a share of what an honest agent's 200 processes cost in the same run. */
const STORM_SHARE_MAX = 1 / 8;

/** Each process appends its own CPU time, from its first instruction to its last, as milliseconds. */
const PRELUDE = `
import os, signal, time
def burn(ms):
    end = time.process_time() + ms / 1000
    while time.process_time() < end: pass
def tell():
    line = "%.3f\\n" % (time.process_time() * 1000)
    log = os.open("cpu.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(log, line.encode())
    os._exit(0)
def child(ms):
    pid = os.fork()
    if pid == 0:
        burn(ms)
        tell()
    return pid
def finish(count):
    while len(open("cpu.txt").readlines()) < count: time.sleep(0.01)
    print(sum(float(line) for line in open("cpu.txt")) + time.process_time() * 1000, flush=True)
    os._exit(0)
open("cpu.txt", "w").close()
`;

const CASES: Readonly<Record<string, string>> = {
  '50 ms': 'burn(50)\nfinish(0)\n',
  '500 ms': 'burn(500)\nfinish(0)\n',
  'four children': 'for pid in [child(100) for _ in range(4)]: os.waitpid(pid, 0)\nfinish(4)\n',
  'a double fork': 'if os.fork() == 0:\n    os.setsid()\n    child(300)\n    tell()\nfinish(2)\n',
  'SIGCHLD ignored': 'signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nchild(400)\nfinish(1)\n',
};

async function error(home: TestHome, executionId: string, text: string): Promise<{ truth: number; metered: number }> {
  const { end, output } = await home.run({ executionId, files: python(PRELUDE + text) });
  await home.sandbox.discard(executionId);
  if (end.usage.cpuMs === null) throw new Error(`${executionId} has no CPU time: ${end.detail}`);
  return { truth: Number(output), metered: end.usage.cpuMs };
}

async function overshoot(
  home: TestHome,
  executionId: string,
  files: ExecutionRequest['files'],
  cpuMs: number,
): Promise<number> {
  const bundle = { ...ENOUGH, cpuMs, memoryMb: 512 };
  const { end } = await home.run({ executionId, agentId: executionId.replace('_', '-'), bundle, files });
  await home.sandbox.discard(executionId);
  if (end.cause !== 'cpu_budget') throw new Error(`${executionId} ended as ${end.cause}: ${end.detail}`);
  return end.usage.cpuMs! - cpuMs;
}

async function costOfProcesses(home: TestHome): Promise<number> {
  const request = { executionId: 'exe_honest', agentId: 'honest', files: HONEST_PROCESSES };
  const { end } = await home.run({ ...request, bundle: { ...ENOUGH, memoryMb: 512 } });
  await home.sandbox.discard(request.executionId);
  return end.usage.cpuMs!;
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function middle(values: readonly number[]): number {
  return sorted(values)[Math.floor(values.length / 2)]!;
}

function say(line: string, holds: boolean): void {
  process.stdout.write(`${line}${holds ? '' : ': MISSED'}\n`);
  if (!holds) process.exitCode = 1;
}

const load = () => `load ${loadavg()[0]!.toFixed(1)}`;
const home = await openTestHome();
try {
  let number = 0;
  for (const [name, text] of Object.entries(CASES)) {
    const results = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) results.push(await error(home, `exe_${++number}`, text));
    const errors = results.map(({ truth, metered }) => metered - truth);
    const allowed = Math.max(10, middle(results.map(({ truth }) => truth)) * 0.03);
    const worst = sorted(errors.map(Math.abs)).at(-1)!;
    say(
      `${name}: truth ${middle(results.map(({ truth }) => truth)).toFixed(1)} ms, metered ` +
        `${middle(errors).toFixed(1)} ms over it, worst of ${REPEATS} ${worst.toFixed(1)} (at most ${allowed.toFixed(0)}; ${load()})`,
      worst <= allowed,
    );
  }
  const loops: number[] = [];
  for (let run = 0; run < RUNS; run++)
    loops.push(await overshoot(home, `exe_${++number}`, python('while True: pass\n'), BUDGET_MS));
  const [half, most] = [middle(loops), sorted(loops).at(-1)!];
  say(
    `busy loop, ${BUDGET_MS} ms bought, ${RUNS} runs: over by ${half.toFixed(1)} ms in the middle ` +
      `(at most ${OVERSHOOT_MEDIAN_MAX_MS}), ${most.toFixed(1)} at worst (at most ${OVERSHOOT_WORST_MAX_MS}; ${load()})`,
    half <= OVERSHOOT_MEDIAN_MAX_MS && most <= OVERSHOOT_WORST_MAX_MS,
  );
  const honest = await costOfProcesses(home);
  const allowed = honest * STORM_SHARE_MAX;
  for (const cpuMs of STORM_BUDGETS_MS)
    for (const [name, storm] of Object.entries(FORK_STORMS)) {
      const over: number[] = [];
      for (let run = 0; run < REPEATS; run++) over.push(await overshoot(home, `exe_${++number}`, storm, cpuMs));
      const worst = sorted(over).at(-1)!;
      say(
        `${name}, ${cpuMs} ms bought, ${REPEATS} runs: over by ${middle(over).toFixed(0)} ms in the middle, ` +
          `${worst.toFixed(0)} at worst (at most ${allowed.toFixed(0)}, of ${honest} that 200 processes cost; ${load()})`,
        worst <= allowed,
      );
    }
} finally {
  await home.close();
}
