import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MASTER = fileURLToPath(new URL('pty-master.py', import.meta.url));
const WAIT_MS = 120_000;
const POLL_MS = 20;

/** A shell at a pseudo-terminal, in which keys are typed and whose raw output is looked at. */
export class Shell {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<void>;
  #output = '';

  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn('python3', [MASTER, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm', ...environment },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
  }

  /** Types keys and resolves with what has come once that matches. Rejects with all of it where it never does. */
  async type(keys: string, expected: RegExp): Promise<RegExpExecArray> {
    this.#output = '';
    this.#child.stdin.write(`keys ${Buffer.from(keys).toString('hex')}\n`);
    for (const until = Date.now() + WAIT_MS; Date.now() < until;) {
      const found = expected.exec(this.#output);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`nothing like ${expected} came, but ${JSON.stringify(this.#output)}`);
  }

  async close(): Promise<void> {
    this.#child.stdin.write('hangup\n');
    await this.#ended;
  }
}
