/** How long a command waits for another process that writes, doing nothing else meanwhile. */
export const BUSY_MS = 5_000;

/**
 * How long a `run` does: the commits of others take less. What takes longer is waited for while agents and the terminal
 * are served.
 */
export const BUSY_MS_IN_RUN = 50;

export interface WriteLockOptions {
  /** Sets how long SQLite itself waits for the lock. */
  readonly setBusyMs: (milliseconds: number) => void;
  readonly busyMs: number;
}

/**
 * What this connection knows of the lock under which one process at a time writes: it is tried, never asked. While
 * another process is known to hold it, no attempt waits within SQLite.
 */
export class WriteLock {
  readonly #options: WriteLockOptions;
  readonly #patience = new AbortController();
  #isHeld = false;
  #onHeld: () => void = () => undefined;

  constructor(options: WriteLockOptions) {
    this.#options = options;
  }

  /** Whether another process held it when this one tried last. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Aborted when there is no sense in waiting for it any more. */
  get patience(): AbortSignal {
    return this.#patience.signal;
  }

  /** Whoever waits for it, or will, is refused from now on. */
  endPatience(): void {
    this.#patience.abort(new Error('the lock is not waited for any more'));
  }

  /** Called each time that another process is found to hold it, where none was known to. One listener. */
  onHeld(listener: () => void): void {
    this.#onHeld = listener;
  }

  /** What an attempt to write has found out. */
  note(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#options.setBusyMs(isHeld ? 0 : this.#options.busyMs);
    if (isHeld) this.#onHeld();
  }
}
