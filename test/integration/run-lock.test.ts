import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHolder, takeRunLock } from '../../src/store/run-lock.ts';
import { compiled } from '../helpers/compiled.ts';

const HOLDER = await compiled(new URL('../helpers/lock-holder.ts', import.meta.url));
/** More than SQLite itself waits for a lock, and far less than a run does. */
const MOMENT_MS = 600;

let directory: string;
let pidFile: string;
const holders: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-run-lock-'));
  pidFile = join(directory, 'run.pid');
});
afterEach(async () => {
  for (const child of holders.splice(0)) await gone(child);
  rmSync(directory, { recursive: true });
});

async function holder(...words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, directory, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('the lock of a run', () => {
  it('is waited for while another command has it for a moment, named or not', async () => {
    for (const isNamed of [true, false]) {
      await holder('restore', String(MOMENT_MS));
      if (!isNamed) rmSync(pidFile);
      const lock = takeRunLock(directory, process.pid);
      expect(readFileSync(pidFile, 'utf8')).toBe(`${process.pid}\n`);
      lock.release();
    }
  });

  it('that a command has is no run, and another command is told at once whose it is and what for', async () => {
    const { pid } = await holder('agent install');
    expect(runHolder(directory)).toBeUndefined();
    const why = `process ${pid} has this economy to itself for now: agent install`;
    expect(() => takeRunLock(directory, process.pid, 'purge')).toThrow(why);
  });

  it('names who holds it, and nobody who left a name', async () => {
    const { pid } = await holder();
    expect(runHolder(directory)).toBe(pid);
    // A number that no process has, and one that has another process by now.
    for (const left of [2 ** 31 - 1, process.ppid]) {
      writeFileSync(pidFile, `${left}\n`);
      expect(runHolder(directory)).toBe(0);
    }
    await gone(holders[0]!);
    expect(runHolder(directory)).toBeUndefined();
  });
});
