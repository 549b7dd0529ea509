import type { DockerExecution } from './docker-execution.ts';

/**
 * Executions that are being prepared or wait for their "go". A run that can't go on doesn't leave them behind: nothing of
 * the agent has run in them, and nobody would ever say "go".
 */
export class UnbegunExecutions {
  readonly #closing = new AbortController();
  readonly #preparing = new Set<Promise<unknown>>();
  readonly #waiting = new Map<string, DockerExecution>();

  /** Prepares one; `work` leaves nothing where its signal is aborted. */
  async prepare(
    executionId: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<DockerExecution>,
  ): Promise<DockerExecution> {
    const preparing = work(AbortSignal.any([signal, this.#closing.signal]));
    this.#preparing.add(preparing);
    try {
      const execution = await preparing;
      this.#waiting.set(executionId, execution);
      void execution.ended.then(() => this.#waiting.delete(executionId));
      return execution;
    } finally {
      this.#preparing.delete(preparing);
    }
  }

  /** Prepares no more, and removes by `discard` those that have not begun. Rejects with what `discard` does. */
  async close(discard: (executionId: string) => Promise<void>): Promise<void> {
    this.#closing.abort(new Error('the sandbox is closed'));
    await Promise.allSettled(this.#preparing);
    const unbegun = [...this.#waiting].filter(([, { hasBegun }]) => !hasBegun);
    await Promise.all(unbegun.map(([executionId]) => discard(executionId)));
  }
}
