import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import { letGoOfLostTerminals } from './lost-terminals.ts';

/** The process that the program runs in: what interrupts it, what ends it, and its place at a terminal. */
export interface ThisProcess {
  /** Aborted by the first interrupt. Read for the first time, it makes the process catch its signals. */
  readonly interrupt: AbortSignal;
  /** Does what a SIGINT does: a terminal that hands over single keys hands over Ctrl-C as one of them. */
  raiseInterrupt(): void;
  /**
   * The last line of defence: from now on the process exits at the latest after that time with that code, whatever still
   * goes on in it. The newest call counts.
   */
  exitWithin(limit: ExitLimit): void;
  /**
   * For what nobody may have to wait for: after that time the process is killed, even while a call of the system or of
   * the database holds it.
   */
  killWithin(milliseconds: number): void;
  /** Calls the listener each time that the process goes on after it was stopped. Returns what ends that. */
  onContinued(listener: () => void): () => void;
  /** Calls the listener when the process exits, however that comes; it must be quick. Returns what ends that. */
  onExit(listener: () => void): () => void;
  /** Stops the process, and all that the shell started with it, as Ctrl-Z does where keys aren't handed over singly. */
  suspend(): void;
  /** False where it runs in the background of its terminal, which it must leave alone then. */
  isInForeground(): boolean;
  /** Exits with this code, once what was printed is written. */
  exit(code: number): Promise<never>;
}

export interface ExitLimit {
  readonly milliseconds: number;
  readonly code: number;
  /** What is to be told on stderr where it comes to that. */
  readonly lines: readonly string[];
}

const KILLER = `const { workerData: { milliseconds, pid } } = require('node:worker_threads');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
process.kill(pid, 'SIGKILL');`;

/** A terminal and npm may both pass on one Ctrl-C. */
const SAME_INTERRUPT_MS = 300;
/** How a shell reports a program that ended on Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/** To be called once, at the start: terminals are those of that moment. */
export function thisProcess(clock: Clock): ThisProcess {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => letGoOfLostTerminals(terminals));
  if (terminals.length > 0) [process.stdout, process.stderr].forEach(writeWithoutBlocking);
  const interrupt = interrupts(clock);
  let limit = new AbortController();
  return {
    get interrupt() {
      return interrupt();
    },
    raiseInterrupt: () => void process.kill(process.pid, 'SIGINT'),
    exitWithin({ milliseconds, code, lines }) {
      limit.abort();
      limit = new AbortController();
      // Not by a timer of its own: one fires at once when the process goes on after it was stopped.
      clock.sleep(milliseconds, limit.signal).then(
        () => {
          process.stderr.write(lines.map((line) => `${line}\n`).join(''));
          process.exit(code);
        },
        () => undefined,
      );
    },
    killWithin(milliseconds) {
      // A thread of its own: this one may be held up.
      new Worker(KILLER, { eval: true, execArgv: [], workerData: { milliseconds, pid: process.pid } }).unref();
    },
    onContinued(listener) {
      process.on('SIGCONT', listener);
      return () => void process.off('SIGCONT', listener);
    },
    onExit(listener) {
      process.on('exit', listener);
      return () => void process.off('exit', listener);
    },
    // 0: its whole group. Where no shell could let it go on, the system ignores that.
    suspend: () => void process.kill(0, 'SIGTSTP'),
    isInForeground,
    async exit(code) {
      await Promise.all([process.stdout, process.stderr].map(written));
      process.exit(code);
    },
  };
}

/**
 * The first interrupt asks the command to end well. The second ends the process at once, and the next start recovers. A
 * terminal that goes away may send SIGHUP more than once; that is no wish to end at once.
 *
 * No signal is caught before a command asks for it, so all other commands end on the first one.
 */
function interrupts(clock: Clock): () => AbortSignal {
  const controller = new AbortController();
  let isListening = false;
  let firstAt = 0;
  const take = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAt = clock.monotonic();
      controller.abort(new Error(`stopped by ${name}`));
    } else if (name !== 'SIGHUP' && clock.monotonic() - firstAt > SAME_INTERRUPT_MS) process.exit(EXIT_INTERRUPTED);
  };
  return () => {
    if (!isListening) for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, take);
    isListening = true;
    return controller.signal;
  };
}

/**
 * Node waits until a terminal has taken what is written to it, so one whose reader has stopped would stop the program.
 * With this, what the terminal doesn't take waits in the stream, as with a pipe.
 */
function writeWithoutBlocking(stream: NodeJS.WriteStream): void {
  const { _handle: handle } = stream as { readonly _handle?: { setBlocking?(isBlocking: boolean): void } };
  if ((stream as { readonly isTTY?: boolean }).isTTY === true) handle?.setBlocking?.(false);
}

/** Resolves when everything was written, or couldn't be: the stream has told that with an event of its own. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Linux tells which group of processes has the terminal; elsewhere it is taken for ours. */
function isInForeground(): boolean {
  try {
    // After the program's name, which stands in brackets: state, parent, group, session, terminal, its foreground group.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}
