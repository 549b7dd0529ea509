/** Takes one event after the other; a promise that it returns holds up its own next event and nobody else's. */
export type Subscriber<Event> = (event: Event, missed: number) => void | Promise<void>;

export interface EventHubOptions {
  /** Told of what a subscriber throws or rejects with; it goes on being told of events. */
  readonly onFault: (error: unknown) => void;
  /** Events that wait for one subscriber; of more, the newest. */
  readonly waitingMax?: number;
}

const WAITING_MAX = 256;

/**
 * Passes events on to all who want to know of them. Publishing only puts the event into each one's queue, so the
 * publisher waits for nobody and hears of nobody's faults. A subscriber that is slower than events come loses the
 * oldest, and is told with the next one how many it has missed.
 */
export class EventHub<Event> {
  readonly #options: EventHubOptions;
  readonly #queues = new Set<Queue<Event>>();

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  publish(event: Event): void {
    for (const queue of this.#queues) queue.put(event);
  }

  /** Returns what ends the subscription: nothing that still waits is told after that. Idempotent. */
  subscribe(subscriber: Subscriber<Event>): () => void {
    const { onFault, waitingMax = WAITING_MAX } = this.#options;
    const queue = new Queue(subscriber, { onFault, waitingMax });
    this.#queues.add(queue);
    return () => {
      this.#queues.delete(queue);
      queue.close();
    };
  }
}

/** What waits for one subscriber. */
class Queue<Event> {
  readonly #subscriber: Subscriber<Event>;
  readonly #options: Required<EventHubOptions>;
  #waiting: Event[] = [];
  #missed = 0;
  #isTelling = false;

  constructor(subscriber: Subscriber<Event>, options: Required<EventHubOptions>) {
    this.#subscriber = subscriber;
    this.#options = options;
  }

  put(event: Event): void {
    this.#waiting.push(event);
    if (this.#waiting.length > this.#options.waitingMax) {
      this.#waiting.shift();
      this.#missed++;
    }
    if (!this.#isTelling) void this.#tell();
  }

  close(): void {
    this.#waiting = [];
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    // Not within the publisher's own work.
    await Promise.resolve();
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const missed = this.#missed;
      this.#missed = 0;
      try {
        // Only a promise is waited for: what came in one turn is told in one turn.
        const told = this.#subscriber(event, missed);
        if (told) await told;
      } catch (error) {
        this.#options.onFault(error);
      }
    }
    this.#isTelling = false;
  }
}
