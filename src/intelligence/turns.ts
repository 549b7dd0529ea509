interface Waiting {
  readonly begin: () => void;
}

/**
 * Lets a limited number work at the same time. Those who wait are served in turns between their owners, so that one who
 * wants much does not hold up the others.
 */
export class Turns {
  readonly #most: number;
  #busy = 0;
  /** In the order of their next turns. */
  readonly #queues = new Map<number, Waiting[]>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves with what ends the turn; rejects with the signal's reason where that comes first. */
  take(owner: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const leave = () => {
        this.#remove(owner, waiting);
        reject(reasonOf(signal));
      };
      const waiting: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#turn());
        },
      };
      const queue = this.#queues.get(owner);
      if (queue) queue.push(waiting);
      else this.#queues.set(owner, [waiting]);
      signal.addEventListener('abort', leave, { once: true });
      this.#next();
    });
  }

  /** Ends once, however often it is called. */
  #turn(): () => void {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#busy--;
      this.#next();
    };
  }

  #next(): void {
    while (this.#busy < this.#most) {
      const [owner, queue] = this.#queues.entries().next().value ?? [];
      const first = queue?.shift();
      if (owner === undefined || !queue || !first) return;
      // Its owner's next one comes after everybody else's.
      this.#queues.delete(owner);
      if (queue.length > 0) this.#queues.set(owner, queue);
      this.#busy++;
      first.begin();
    }
  }

  #remove(owner: number, waiting: Waiting): void {
    const rest = this.#queues.get(owner)?.filter((other) => other !== waiting) ?? [];
    if (rest.length > 0) this.#queues.set(owner, rest);
    else this.#queues.delete(owner);
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
