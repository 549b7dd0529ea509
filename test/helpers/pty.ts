import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TerminalEmulator } from './terminal-emulator.ts';

const WAIT_MS = 30_000;
const POLL_MS = 20;

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A program at a pseudo-terminal of the kernel's, with an emulator as its screen. `script`, which every Linux
 * distribution has, opens the pseudo-terminal.
 */
export class Pty {
  readonly emulator: TerminalEmulator;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'bp-pty-'));

  constructor(command: readonly string[], { columns = 90, rows = 24, environment = {} }: PtyOptions = {}) {
    this.emulator = new TerminalEmulator(columns, rows);
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const line = `tty >'${this.#ttyFile}'; stty cols ${columns} rows ${rows}; exec ${quoted}`;
    this.#child = spawn('script', ['-qefc', line, '/dev/null'], {
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
    this.#child.stdin.write(keys);
  }

  /** Changes the size as a window manager does; the program gets its SIGWINCH. */
  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    execFileSync('stty', ['-F', readFileSync(this.#ttyFile, 'utf8').trim(), 'cols', `${columns}`, 'rows', `${rows}`]);
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

  get #ttyFile(): string {
    return join(this.#directory, 'tty');
  }
}
