import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('forking-python.py', import.meta.url));

/** The interpreter itself: what stands first in the path may be a wrapper that costs more than the program. */
export const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();

export interface PythonEnd {
  readonly exitCode: number;
  /** What it printed, to whichever stream. */
  readonly log: string;
}

interface Parent {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly answers: AsyncIterator<string>;
  /** One run after the other. */
  busy: Promise<unknown>;
}
let parent: Parent | undefined;

/**
 * Runs the `main.py` of a directory, which is a copy of the program's, in a fork of one interpreter that has loaded that
 * program. The interpreter ends with this process.
 */
export function runForked(
  program: string,
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PythonEnd> {
  parent ??= startParent(program);
  const { process: python, answers } = parent;
  const end = parent.busy.then(async (): Promise<PythonEnd> => {
    python.stdin.write(`${JSON.stringify({ directory, environment })}\n`);
    const answer = await answers.next();
    if (answer.done) throw new Error('the interpreter has ended');
    const { exit_code: exitCode, log } = JSON.parse(answer.value) as { exit_code: number; log: string };
    return { exitCode, log };
  });
  parent.busy = end.catch(() => undefined);
  return end;
}

function startParent(program: string): Parent {
  const python = spawn(PYTHON, [SERVER, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  return { process: python, answers, busy: Promise.resolve() };
}
