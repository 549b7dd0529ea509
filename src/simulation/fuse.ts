import type { Store } from '../store/store.ts';
import { BpError } from '../platform/errors.ts';
import type { Faults } from './faults.ts';

/** What ends the orchestrator between two steps, as a kill does. */
export class Crash extends Error {}

const noAnswer = () => undefined;

/** Never resolves: whoever waits for it is dead. */
export function never<T>(): Promise<T> {
  return new Promise(noAnswer);
}

/**
 * The thread of one life of the orchestrator. It may be cut at any step. Then every step that the dead code still tries
 * fails or never ends, so that nothing of it reaches the world.
 */
export class Fuse {
  readonly #faults: Faults;
  readonly #onCrash: (where: string) => void;
  #isBlown = false;

  constructor(faults: Faults, onCrash: (where: string) => void) {
    this.#faults = faults;
    this.#onCrash = onCrash;
  }

  isBlown(): boolean {
    return this.#isBlown;
  }

  /** Ends this life here, if it hasn't ended. */
  blow(where: string): void {
    if (this.#isBlown) return;
    this.#isBlown = true;
    this.#onCrash(where);
  }

  /** Between two steps. Throws `Crash` where this life ends here or has ended. */
  step(where: string): void {
    if (!this.#isBlown && this.#faults.strikes('crash')) this.blow(where);
    if (this.#isBlown) throw new Crash(where);
  }

  /** A step that takes time: it may be cut before it begins, and before its answer is heard. */
  async through<T>(where: string, work: () => Promise<T>): Promise<T> {
    if (!this.#survives(`before ${where}`)) return never();
    try {
      const answer = await work();
      return this.#survives(`after ${where}`) ? answer : await never<T>();
    } catch (error) {
      if (this.#survives(`after a failed ${where}`)) throw error;
      return never();
    }
  }

  /** The store as this life sees it: it may end before a commit, after one, or be refused the write lock. */
  store(store: Store): Store {
    let depth = 0;
    return {
      ...store,
      transaction: <T>(work: () => T): T => {
        if (depth > 0) return store.transaction(work);
        this.step('before a transaction');
        if (this.#faults.strikes('write_refused')) throw new BpError('disk_full', 'the disk is full');
        if (this.#faults.strikes('database_locked'))
          throw new BpError('database_locked', 'the database is locked by another process');
        depth++;
        try {
          const value = store.transaction(() => {
            const done = work();
            this.step('before a commit');
            return done;
          });
          this.step('after a commit');
          return value;
        } finally {
          depth--;
        }
      },
    };
  }

  #survives(where: string): boolean {
    if (!this.#isBlown && this.#faults.strikes('crash')) this.blow(where);
    return !this.#isBlown;
  }
}
