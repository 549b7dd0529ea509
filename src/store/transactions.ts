import type { Database } from './database.ts';

/** What one of several works in a transaction came to. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Carries a refusal out of a transaction that must be rolled back. Made once: a stack trace for each would cost more. */
class RolledBack extends Error {
  value: unknown;
}
const ROLLED_BACK = new RolledBack('rolled back');

/** Somebody wrote and then refused or failed where there is no savepoint: all of it must be done again, with savepoints. */
const IN_DOUBT = new Error('a savepoint is needed');

/** Transactions of one connection: what throws or is refused (`ok: false`) has changed nothing. */
export class Transactions {
  readonly #database: Database;
  readonly #immediate: (work: () => unknown) => unknown;
  readonly #changes: { get(): number | undefined };
  readonly #onBegin: () => void;
  /** While several works go without savepoints: how many rows this connection had changed when this work began. */
  #flatSince: number | undefined;
  #isInDoubt = false;

  /** `onBegin` is called before an outermost one, and after whatever was rolled back. */
  constructor(database: Database, onBegin: () => void) {
    this.#database = database;
    this.#onBegin = onBegin;
    this.#changes = database.prepare<[], number>('SELECT total_changes()').pluck();
    const run = database.transaction((work: () => unknown) => {
      const value = work();
      if (isRefusal(value)) throw Object.assign(ROLLED_BACK, { value });
      return value;
    });
    this.#immediate = (work) => run.immediate(work);
  }

  /** One immediate transaction; inside another one a savepoint. */
  run<T>(work: () => T): T {
    if (this.#flatSince !== undefined) return this.#flat(work);
    if (!this.#database.inTransaction) this.#onBegin();
    try {
      return this.#immediate(work) as T;
    } catch (error) {
      this.#onBegin();
      if (error instanceof RolledBack) return error.value as T;
      throw error;
    }
  }

  /**
   * Does all of these in one transaction, each whole or not at all. Throws where the commit fails; then nothing has
   * changed.
   *
   * Savepoints cost a fifth of it all and are hardly ever needed, since use cases refuse before they write. So it first
   * goes without them. Where one was missing, it is rolled back and done again with them.
   */
  together(works: readonly (() => unknown)[]): readonly Outcome[] {
    try {
      return this.run(() => this.#withoutSavepoints(works));
    } catch (error) {
      if (error !== IN_DOUBT) throw error;
    }
    this.#isInDoubt = false;
    return this.run(() => works.map((work) => this.#outcome(() => this.run(work))));
  }

  #withoutSavepoints(works: readonly (() => unknown)[]): readonly Outcome[] {
    try {
      return works.map((work) => {
        this.#flatSince = this.#changed();
        return this.#outcome(() => this.#flat(work));
      });
    } finally {
      this.#flatSince = undefined;
    }
  }

  #flat<T>(work: () => T): T {
    let value: T;
    try {
      value = work();
    } catch (error) {
      // SQLite has ended the transaction: there is nothing left to look at.
      if (this.#database.inTransaction) this.#checkUnchanged();
      throw error;
    }
    if (isRefusal(value)) this.#checkUnchanged();
    return value;
  }

  #checkUnchanged(): void {
    if (this.#changed() !== this.#flatSince) this.#isInDoubt = true;
    // Also where somebody caught it further in.
    if (this.#isInDoubt) throw IN_DOUBT;
  }

  #outcome(work: () => unknown): Outcome {
    try {
      const value = work();
      if (this.#isInDoubt) throw IN_DOUBT;
      return { value };
    } catch (error) {
      // With the transaction gone, what the others did is gone too.
      if (error === IN_DOUBT || !this.#database.inTransaction) throw error;
      return { error };
    }
  }

  /** Rows that this connection has changed since it was opened, those of triggers too. */
  #changed(): number {
    return this.#changes.get() ?? 0;
  }
}

function isRefusal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}
