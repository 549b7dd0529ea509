/** Nothing keeps the event loop from its timers for so long: the program was stopped, or the machine slept. */
const ASLEEP_MS = 5_000;
const LOOK_MS = 1_000;

/**
 * Milliseconds in which this process could run. Clocks differ in whether they go on while a machine sleeps, and go on
 * while a process is stopped or its container frozen: what nobody could use then must not be held against anybody.
 */
export class AwakeTime {
  readonly #raw: () => number;
  #seenAt: number;
  #asleepMs = 0;
  #looking: NodeJS.Timeout | undefined;

  /** `raw`: milliseconds that never go back. */
  constructor(raw: () => number) {
    this.#raw = raw;
    this.#seenAt = raw();
  }

  read(): number {
    const now = this.#raw();
    const gapMs = now - this.#seenAt;
    if (this.#looking && gapMs > ASLEEP_MS) this.#asleepMs += gapMs - LOOK_MS;
    this.#seenAt = now;
    // From the first question on a gap is a gap: it would have been looked meanwhile. Nobody has to wait for it.
    this.#looking ??= setInterval(() => this.read(), LOOK_MS).unref();
    return now - this.#asleepMs;
  }
}
