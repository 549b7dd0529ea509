import { ExecutionOver } from './failure.ts';
import { settleOpenCall, type End, type OpenCall, type SettlingDeps } from './open-call.ts';

interface Settling {
  begun: boolean;
  readonly done: Promise<void>;
  readonly begin: (work: Promise<void>) => void;
}

/** The calls that go on, by execution. Each is settled once, however many ends it comes to. */
export class OpenCalls {
  readonly #deps: SettlingDeps;
  readonly #calls = new Map<number, Map<OpenCall, Settling>>();

  constructor(deps: SettlingDeps) {
    this.#deps = deps;
  }

  add(call: OpenCall): void {
    const { executionId } = call;
    const calls = this.#calls.get(executionId) ?? new Map<OpenCall, Settling>();
    this.#calls.set(executionId, calls.set(call, settling()));
  }

  /** What comes second waits for the first. */
  settle(call: OpenCall, end: End): Promise<void> {
    const calls = this.#calls.get(call.executionId);
    const settlement = calls?.get(call);
    if (!calls || !settlement) return Promise.resolve();
    if (settlement.begun) return settlement.done;
    settlement.begun = true;
    settlement.begin(
      settleOpenCall(this.#deps, call, end).finally(() => {
        calls.delete(call);
        if (calls.size === 0) this.#calls.delete(call.executionId);
      }),
    );
    return settlement.done;
  }

  /**
   * Ends the calls of an execution that ended, and resolves when all of them are settled. An answer that a provider is
   * at work on is waited for, up to `waitMs` milliseconds, since nobody knows before what it costs.
   */
  async end(executionId: number, { waitMs }: { readonly waitMs: number }): Promise<void> {
    const calls = [...(this.#calls.get(executionId) ?? [])];
    await Promise.all(
      calls.map(async ([call, { done }]) => {
        if (waitMs > 0 && call.standing.end().outcome === 'lost') await this.#within(waitMs, done);
        call.over.abort(new ExecutionOver('the execution ended'));
        await this.settle(call, call.standing.end());
      }),
    );
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#calls.keys()].map((executionId) => this.end(executionId, { waitMs: 0 })));
  }

  /** Whether it is done or late makes no difference: what follows settles what isn't settled. */
  async #within(milliseconds: number, done: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([done, this.#deps.clock.sleep(milliseconds, over.signal)]).catch(() => undefined);
    over.abort();
  }
}

function settling(): Settling {
  let begin: Settling['begin'] = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    begin = (work) => void work.then(resolve, reject);
  });
  // Whoever settles hears of a failure; nobody else has to.
  done.catch(() => undefined);
  return { begun: false, done, begin };
}
