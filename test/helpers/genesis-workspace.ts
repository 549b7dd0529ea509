import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './python.ts';

const GENESIS = fileURLToPath(new URL('../../runtime/genesis/', import.meta.url));
const SDK = fileURLToPath(new URL('../../runtime/sdk/', import.meta.url));
const SERVER = fileURLToPath(new URL('python-wakes.py', import.meta.url));

interface Wake {
  readonly exitCode: number;
  readonly log: string;
}

interface Interpreter {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly answers: AsyncIterator<string>;
  /** One wake after the other. */
  busy: Promise<unknown>;
}
let interpreter: Interpreter | undefined;

/** A workspace of Genesis, whose wakes all run in one process of the machine's own Python. */
export class GenesisWorkspace {
  readonly dir = mkdtempSync(join(tmpdir(), 'genesis-'));

  get memoryPath(): string {
    return join(this.dir, 'memory.json');
  }

  readMemory(): Record<string, unknown> {
    return JSON.parse(readFileSync(this.memoryPath, 'utf8')) as Record<string, unknown>;
  }

  /** As a parent makes a child. */
  setField(field: string, instructions: string): void {
    writeFileSync(join(this.dir, 'field.json'), JSON.stringify({ field, instructions }));
  }

  run = (handshake: Record<string, unknown>): Promise<Wake> => {
    const path = join(this.dir, 'env.json');
    writeFileSync(path, JSON.stringify(handshake));
    interpreter ??= start();
    const { process: python, answers } = interpreter;
    const wake = interpreter.busy.then(async (): Promise<Wake> => {
      const environment = { PATH: process.env['PATH'], HOME: this.dir, BP_ENV: path };
      python.stdin.write(`${JSON.stringify({ directory: this.dir, environment })}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error('the interpreter has ended');
      const { exit_code: exitCode, log } = JSON.parse(answer.value) as { exit_code: number; log: string };
      return { exitCode, log };
    });
    interpreter.busy = wake.catch(() => undefined);
    return wake;
  };

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function start(): Interpreter {
  const python = spawn(PYTHON, [SERVER, GENESIS], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], PYTHONPATH: SDK },
  });
  return {
    process: python,
    answers: createInterface({ input: python.stdout })[Symbol.asyncIterator](),
    busy: Promise.resolve(),
  };
}
