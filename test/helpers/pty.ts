import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TerminalEmulator } from './terminal-emulator.ts';

const WAIT_MS = 120_000;
const POLL_MS = 20;

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const MASTER = fileURLToPath(new URL('pty-master.py', import.meta.url));

/** A program at a pseudo-terminal of the kernel's, with an emulator as its screen. */
export class Pty {
  readonly emulator: TerminalEmulator;
  /** Resolves with the exit code, or with 128 and the signal that ended the program. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'bp-pty-'));

  constructor(command: readonly string[], { columns = 90, rows = 24, environment = {} }: PtyOptions = {}) {
    this.emulator = new TerminalEmulator(columns, rows);
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const line = `echo $$ >'${this.#pidFile}'; tty >'${this.#ttyFile}'; stty cols ${columns} rows ${rows}; exec ${quoted}`;
    this.#child = spawn('python3', [MASTER, 'sh', '-c', line], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm', ...environment },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.emulator.write(text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject).on('close', (code) => resolve(code ?? -1));
    });
  }

  get lines(): readonly string[] {
    return this.emulator.lines;
  }

  type(keys: string): void {
    this.#child.stdin.write(`keys ${Buffer.from(keys).toString('hex')}\n`);
  }

  /** Changes the size as a window manager does; the program gets its SIGWINCH. */
  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    this.#stty('cols', `${columns}`, 'rows', `${rows}`);
  }

  /** As `kill -STOP` and then `fg`, between which the shell has used the terminal in its own way. */
  stopAndGoOn(): void {
    process.kill(this.pid, 'SIGSTOP');
    this.#stty('sane');
    process.kill(this.pid, 'SIGCONT');
  }

  /** Nothing of what the program shows is read from now on, as after Ctrl-S. */
  pause(): void {
    this.#child.stdin.write('pause\n');
  }

  resume(): void {
    this.#child.stdin.write('resume\n');
  }

  /** As when the window is closed, or an ssh connection drops. */
  hangUp(): void {
    this.#child.stdin.write('hangup\n');
  }

  /** Of the program. */
  get pid(): number {
    return Number(readFileSync(this.#pidFile, 'utf8'));
  }

  /** Resolves when the screen is as wanted; rejects with what is on it when that doesn't come. */
  async until(wanted: RegExp): Promise<RegExpExecArray> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const found = wanted.exec(this.lines.join('\n'));
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`waited for ${wanted} but saw:\n${this.lines.join('\n')}`);
      await sleep(POLL_MS);
    }
  }

  /** Ends the program if it still runs. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #stty(...words: readonly string[]): void {
    execFileSync('stty', ['-F', readFileSync(this.#ttyFile, 'utf8').trim(), ...words]);
  }

  get #pidFile(): string {
    return join(this.#directory, 'pid');
  }

  get #ttyFile(): string {
    return join(this.#directory, 'tty');
  }
}
