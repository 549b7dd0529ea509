import type { Clock } from '../../platform/clock.ts';
import { within } from '../../platform/deadline.ts';
import type { UsedEvent } from '../lifecycle/supervisor-events.ts';

/** A supervisor that runs answers at once, as soon as it gets a turn. */
const ANSWER_MS_MAX = 1000;

/** What was used since "go"; undefined where the supervisor doesn't know. */
export interface UseSoFar {
  readonly cpuMs: number | undefined;
  /** The most that there was at once. */
  readonly memoryPeakBytes: number | undefined;
}

/** The question for what was used so far. Who asks while another waits for the answer gets the same one. */
export class AskedUse {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #asked: Promise<UseSoFar | undefined> | undefined;
  #answer: ((use: UseSoFar) => void) | undefined;

  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Undefined where the supervisor doesn't answer in time. */
  soFar(): Promise<UseSoFar | undefined> {
    this.#asked ??= this.#askNow().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  /** What the supervisor has answered, be it to an earlier question: it can only be less. */
  answered({ cpu_us: cpu, memory_peak_bytes: memory }: UsedEvent): void {
    this.#answer?.({ cpuMs: cpu === null ? undefined : cpu / 1000, memoryPeakBytes: memory ?? undefined });
  }

  #askNow(): Promise<UseSoFar | undefined> {
    const answer = new Promise<UseSoFar>((resolve) => {
      this.#answer = resolve;
    });
    this.#ask();
    return within(this.#clock, ANSWER_MS_MAX, () => answer);
  }
}
