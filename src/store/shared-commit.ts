import type { Outcome } from './transactions.ts';

/** What one commit costs is a flush of the disk; this many writes together cost little more, and hold the lock briefly. */
const SHARED_MAX = 128;

export interface SharedCommitOptions {
  /** As `Transactions.together`. */
  readonly together: (works: readonly (() => unknown)[]) => readonly Outcome[];
  /** How many may share one commit. */
  readonly most?: number;
}

interface Queued {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets writes that are asked for in one turn of the event loop share a commit, each whole or not at all by itself. Nobody
 * hears of a write before it is durable: where the commit fails, all of them have failed and nothing has changed.
 */
export class SharedCommit {
  readonly #options: SharedCommitOptions;
  readonly #queue: Queued[] = [];
  #isDue = false;

  constructor(options: SharedCommitOptions) {
    this.#options = options;
  }

  /** Resolves with what the work gives, once that is committed; a refusal rolls back this work alone, and so does a throw. */
  share<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve: (value) => resolve(value as T), reject });
      this.#plan();
    });
  }

  /** Does what is queued now. To be called before the database is closed. */
  flush(): void {
    while (this.#queue.length > 0) this.#commit(this.#queue.splice(0, this.#options.most ?? SHARED_MAX));
  }

  /** After the turn in which requests are read: those that came together are queued by then. */
  #plan(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#commit(this.#queue.splice(0, this.#options.most ?? SHARED_MAX));
      if (this.#queue.length > 0) this.#plan();
    });
  }

  #commit(group: readonly Queued[]): void {
    if (group.length === 0) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#options.together(group.map(({ work }) => work));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [place, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[place]!;
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.value);
    }
  }
}
