interface Waiting {
  readonly begin: () => void;
}

/**
 * Lets a limited number work at the same time, and fewer of one owner, so that a slow owner leaves turns to others.
 * Those who wait are served in turns between their owners, so that one who wants much doesn't hold up the others.
 */
export class Turns {
  readonly #most: number;
  readonly #each: number;
  #busy = 0;
  readonly #busyOf = new Map<number, number>();
  /** In the order of their next turns. */
  readonly #queues = new Map<number, Waiting[]>();

  constructor({ most, each }: { readonly most: number; readonly each: number }) {
    this.#most = most;
    this.#each = each;
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
          resolve(this.#turn(owner));
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
  #turn(owner: number): () => void {
    let isOver = false;
    this.#busy++;
    this.#busyOf.set(owner, this.#busyNow(owner) + 1);
    return () => {
      if (isOver) return;
      isOver = true;
      this.#busy--;
      const rest = this.#busyNow(owner) - 1;
      if (rest > 0) this.#busyOf.set(owner, rest);
      else this.#busyOf.delete(owner);
      this.#next();
    };
  }

  #busyNow(owner: number): number {
    return this.#busyOf.get(owner) ?? 0;
  }

  #next(): void {
    for (const [owner, queue] of this.#queues) {
      if (this.#busy >= this.#most) return;
      if (this.#busyNow(owner) >= this.#each) continue;
      const first = queue.shift();
      // Its owner's next one comes after everybody else's: a map is gone through in the order of insertion.
      this.#queues.delete(owner);
      if (queue.length > 0) this.#queues.set(owner, queue);
      first?.begin();
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
