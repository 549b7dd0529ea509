import type { Duplex } from 'node:stream';
import type { Snapshot } from '../../domain/prompt-files.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { BpError } from '../../platform/errors.ts';
import type { Reach } from '../content/placement.ts';
import { Porter } from '../content/shipped/porter.ts';
import { signalled } from './signalled.ts';

/**
 * Time from the request to the last byte. It is enough for as many files as a prompt may have, out of a busy container.
 */
const SNAPSHOT_MS_MAX = 10_000;

/** The way to an agent's files over its container's own stream, wherever they lie: for one at a time. */
export class RunningFiles {
  readonly #clock: Clock;
  readonly #open: (signal: AbortSignal) => Promise<Duplex>;
  #last: Promise<void> = Promise.resolve();

  /** `open`: begins to carry files; not to be called again before the last one was destroyed. */
  constructor(clock: Clock, open: (signal: AbortSignal) => Promise<Duplex>) {
    this.#clock = clock;
    this.#open = open;
  }

  /** Waits for its turn, which ends when the carriage is closed. */
  readonly reach: Reach = async (signal) => {
    const before = this.#last;
    const turn = signalled();
    this.#last = before.then(() => turn.promise);
    try {
      await unlessAborted(before, signal);
      const stream = await this.#open(signal);
      return {
        stream,
        close() {
          stream.destroy();
          turn.resolve();
          return Promise.resolve();
        },
      };
    } catch (error) {
      turn.resolve();
      throw error;
    }
  };

  /** See `ServedExecution.takeFiles`. */
  take(paths: readonly string[], bytesMax: number, over: AbortSignal): Promise<Snapshot> {
    const late = () => new BpError('sandbox_content', `files could not be read within ${SNAPSHOT_MS_MAX / 1000} s`);
    const ended = () => new BpError('sandbox_content', 'files can not be read once their execution has ended');
    if (over.aborted) return Promise.reject(ended());
    const deadline = { clock: this.#clock, milliseconds: SNAPSHOT_MS_MAX, signal: over, late };
    return withDeadline(deadline, async (signal) => {
      const carriage = await this.reach(signal);
      const leave = () => void carriage.stream.destroy();
      signal.addEventListener('abort', leave, { once: true });
      try {
        const bytePaths = paths.map((path) => Buffer.from(path).toString('latin1'));
        return await new Porter(carriage.stream).take(bytePaths, bytesMax);
      } finally {
        signal.removeEventListener('abort', leave);
        await carriage.close();
      }
    }).catch((error: unknown) => {
      throw over.aborted ? ended() : error;
    });
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = signalled();
  const wake = () => aborted.resolve();
  signal.addEventListener('abort', wake, { once: true });
  await Promise.race([promise, aborted.promise]);
  signal.removeEventListener('abort', wake);
  signal.throwIfAborted();
}
