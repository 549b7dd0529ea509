import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runProgram } from '../../src/platform/host-program.ts';

const NEVER = new AbortController().signal;

function run(script: string, signal = NEVER, lines: string[] = []) {
  return runProgram('sh', ['-c', script], { onLine: (line) => void lines.push(line), signal });
}

it('each line of a program is handed on, and its last complaint is kept', async () => {
  const lines: string[] = [];
  const result = await run('echo one; echo first >&2; echo two; echo last >&2; echo >&2; exit 3', NEVER, lines);
  expect(lines).toEqual(['one', 'two']);
  expect(result).toEqual({ exitCode: 3, lastError: 'last' });
});

it('a program that was killed has no exit code', async () => {
  expect(await run('kill -9 $$')).toEqual({ exitCode: undefined, lastError: '' });
});

it('a program that does not exist is an error', async () => {
  await expect(runProgram('/no/such/program', [], { onLine: () => undefined, signal: NEVER })).rejects.toThrow(
    'ENOENT',
  );
});

it('giving up ends a program and what it has started', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let started = 0;
  const work = runProgram('sh', ['-c', 'sleep 6000 & echo $!; wait'], {
    onLine(line) {
      started = Number(line);
      controller.abort(reason);
    },
    signal: controller.signal,
  });
  await expect(work).rejects.toBe(reason);
  await expect.poll(() => isRunning(started), { timeout: 60_000 }).toBe(false);
});

it('nothing is started after giving up', async () => {
  await expect(run('echo never', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

/** Not gone, and not ended with nobody who has asked for its end. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
