import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 120_000;
const POLL_MS = 50;

/** A program in tmux: a real terminal's idea of what it shows. */
export class Tmux {
  readonly #socket = `bp-${randomUUID()}`;

  constructor(
    command: readonly string[],
    {
      columns,
      rows,
      environment = {},
    }: { columns: number; rows: number; environment?: Readonly<Record<string, string>> },
  ) {
    const given = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...given, '-x', `${columns}`, '-y', `${rows}`, ...command);
  }

  /** What is on the screen, without the empty end of each line and of the whole. */
  get lines(): readonly string[] {
    return this.#tmux('capture-pane', '-p').trimEnd().split('\n');
  }

  /** The same with its styles. */
  get styled(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Presses keys by tmux's names for them, such as `Enter` and `C-z`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** Resolves when the screen is as wanted; rejects with what is on it when that doesn't come. */
  async until(wanted: RegExp): Promise<string> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const shown = this.lines.join('\n');
      if (wanted.test(shown)) return shown;
      if (performance.now() > deadline) throw new Error(`waited for ${wanted} but saw:\n${shown}`);
      await sleep(POLL_MS);
    }
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It ended with its last program.
    }
  }

  #tmux(...words: readonly string[]): string {
    // What the test's own surroundings say of colour is not what the program in tmux shall hear.
    const { NO_COLOR: _, FORCE_COLOR: __, ...others } = process.env;
    return execFileSync('tmux', ['-u', '-L', this.#socket, ...words], {
      encoding: 'utf8',
      env: { ...others, LC_ALL: 'C.UTF-8' },
      stdio: 'pipe',
    });
  }
}
