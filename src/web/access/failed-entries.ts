import { refuse, type Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../../platform/clock.ts';

const WAIT_MS = 1000;
const WAITING_MAX = 8;

/** Answers who has no good token late, and of many most at once: a guess costs time, and a good token never waits. */
export class FailedEntries {
  readonly #clock: Clock;
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async refuse(): Promise<Refusal> {
    if (this.#waiting >= WAITING_MAX)
      return refuse('too_many_requests', `at most ${WAITING_MAX} wrong addresses are looked at in a second`, {
        limit: WAITING_MAX,
      });
    this.#waiting++;
    try {
      await this.#clock.sleep(WAIT_MS);
    } finally {
      this.#waiting--;
    }
    return refuse('entry_refused', 'this address was used already or is too old: bp-agents open makes another one');
  }
}
