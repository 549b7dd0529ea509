import type { Clock } from '../../platform/clock.ts';
import { within } from '../../platform/deadline.ts';

/** A supervisor that runs answers at once, as soon as it gets a turn. */
const ANSWER_MS_MAX = 1000;

/** The question for the CPU time used so far. Who asks while another waits for the answer gets the same one. */
export class AskedUse {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #asked: Promise<number | undefined> | undefined;
  #answer: ((cpuMs: number | undefined) => void) | undefined;

  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** CPU milliseconds since "go"; undefined where the supervisor doesn't know, or doesn't answer in time. */
  cpuMs(): Promise<number | undefined> {
    this.#asked ??= this.#askNow().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  /** What the supervisor has answered, be it to an earlier question: it can only be less. */
  answered(cpuUs: number | null): void {
    this.#answer?.(cpuUs === null ? undefined : cpuUs / 1000);
  }

  #askNow(): Promise<number | undefined> {
    const answer = new Promise<number | undefined>((resolve) => {
      this.#answer = resolve;
    });
    this.#ask();
    return within(this.#clock, ANSWER_MS_MAX, () => answer);
  }
}
