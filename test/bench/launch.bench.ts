/**
 * From the order to run an agent to the first line that it prints, in Python, against `docker run --network none` of the
 * same image. Both alternate, so that the machine is the same for both. Prints the medians and their ratio.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../../src/config/schema.ts';
import { openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const RATIO_MAX = 1.2;
const PROGRAM = 'print("first line", flush=True)\n';

async function ofSandbox(home: TestHome, round: number): Promise<number> {
  const executionId = `exe_${round}`;
  const log = join(home.path, '.bp-agents', 'logs', 'executions', `${executionId}.log`);
  const began = performance.now();
  const execution = await home.prepare({ executionId, files: round === 1 ? python(PROGRAM) : [] });
  await execution.go();
  while (!existsSync(log)) await new Promise((resolve) => setTimeout(resolve, 1));
  const milliseconds = performance.now() - began;
  await execution.ended;
  await home.sandbox.discard(executionId);
  return milliseconds;
}

async function ofDockerRun(image: string): Promise<number> {
  const began = performance.now();
  const options = ['run', '--rm', '--network', 'none', '--entrypoint', 'python3', image, '-c', PROGRAM];
  const child = spawn('docker', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const milliseconds = performance.now() - began;
  await ended;
  return milliseconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const { image } = configSchema.parse({}).sandbox;
const home = await openTestHome();
const ours: number[] = [];
const theirs: number[] = [];
try {
  // One of each to warm up the engine's caches.
  for (let round = 0; round <= ROUNDS; round++) {
    const [bare, sandboxed] = [await ofDockerRun(image), await ofSandbox(home, round + 1)];
    if (round === 0) continue;
    theirs.push(bare);
    ours.push(sandboxed);
  }
} finally {
  await home.close();
}
const ratio = median(ours) / median(theirs);
process.stdout.write(
  `first line of a Python agent, median of ${ROUNDS}: sandbox ${median(ours).toFixed(0)} ms, ` +
    `docker run --network none ${median(theirs).toFixed(0)} ms, ratio ${ratio.toFixed(2)} (at most ${RATIO_MAX})\n`,
);
process.exitCode = ratio <= RATIO_MAX ? 0 : 1;
