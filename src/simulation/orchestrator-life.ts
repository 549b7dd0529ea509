import { onceFree } from '../economy/home/database-patience.ts';
import type { Economy } from '../economy/economy.ts';
import { fitPrices } from '../economy/market/fit-prices.ts';
import { welcomeHuman } from '../economy/attention/prompt-slot.ts';
import type { Endpoints } from '../orchestrator/deps.ts';
import { runMarket } from '../orchestrator/market-loop.ts';
import { parseId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { BpError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { ServedExecution } from '../sandbox/sandbox.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import { Fuse, never } from './fuse.ts';
import { beginCall, endCall, type SimulatedCall } from './model-desk.ts';
import type { RecordedCalls } from './recorded-calls.ts';
import type { Container, SimulatedEngine } from './simulated-engine.ts';
import { simulatedSandbox } from './simulated-sandbox.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { STORE } from '../economy/internal/store-key.ts';

export interface OrchestratorLifeOptions {
  /** As another process sees it; this life's steps are put between. */
  readonly economy: Economy;
  readonly engine: SimulatedEngine;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly faults: Faults;
  /** Answers to its calls of models; undefined where they are made up. */
  readonly recorded?: RecordedCalls | undefined;
  /** Starting at a terminal tells that the human is there. */
  readonly headless: boolean;
  /** Told where it ends by an error that is none of its operation's. */
  readonly onFinding: (rule: string, detail: string) => void;
  /** It has ended: by a crash, by an error, or because it was told to. */
  readonly onEnd: (how: string) => void;
}

/** An execution whose requests are taken. */
interface Served {
  readonly run: ServedExecution;
  requests: number;
}

/** One `run`, from its start to its end, however that comes. */
export class OrchestratorLife {
  readonly fuse: Fuse;
  /** What agents reach while it lives. */
  readonly economy: Economy;
  readonly #options: OrchestratorLifeOptions;
  readonly #open = new Map<number, Served>();
  readonly #calls = new Set<SimulatedCall>();
  readonly #stop = new AbortController();
  #isOver = false;

  constructor(options: OrchestratorLifeOptions) {
    const { faults, economy, clock } = options;
    this.#options = options;
    this.fuse = new Fuse(faults, (where) => this.#end(`crash ${where}`));
    this.economy = {
      ...economy,
      [STORE]: this.fuse.store(economy[STORE]),
      clock: mortalClock(clock, this.fuse),
    };
  }

  get over(): boolean {
    return this.#isOver;
  }

  start(): void {
    void this.#run().then(
      () => this.#end('ended'),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (!this.fuse.isBlown() && !this.#stop.signal.aborted && !isOfOperation(error))
          this.#options.onFinding('a run ends by no fault of its own', message);
        this.#end(message);
      },
    );
  }

  /** One Ctrl-C: launches nothing more and settles what runs. */
  interrupt(): void {
    this.#stop.abort(new Error('interrupted'));
  }

  /** Counts a request of this execution; false where nobody listens for it. */
  takes(executionId: string): boolean {
    const id = parseId('execution', executionId);
    if (this.fuse.isBlown() || this.#isOver || !id.ok) return false;
    const served = this.#open.get(id.value);
    if (!served) return false;
    served.requests += 1;
    served.run.keepRequests(served.requests);
    return true;
  }

  /** One call of a model, as the gateway of this life makes it; false where it was refused. Nothing where it has died. */
  async call(container: Container, dice: Dice, sleep: () => Promise<void>): Promise<boolean> {
    if (this.fuse.isBlown() || this.#isOver) return false;
    const call = beginCall(this.economy, container, { dice, recorded: this.#options.recorded });
    if (!call) return false;
    this.#calls.add(call);
    await sleep();
    // Whoever comes second, its end or that of its execution, finds it settled.
    if (!this.fuse.isBlown() && this.#calls.delete(call)) endCall(this.economy, call, dice);
    return true;
  }

  /** The gateway's part of the end of an execution. */
  async #endCalls(executionId: number): Promise<void> {
    for (const call of this.#calls) {
      if (call.executionId !== executionId) continue;
      this.#calls.delete(call);
      await onceFree(this.economy, () => endCall(this.economy, call, this.#options.dice));
    }
  }

  async #run(): Promise<void> {
    const { engine, dice, faults, headless } = this.#options;
    const { economy, fuse } = this;
    const { clock } = economy;
    const sandbox = simulatedSandbox({ engine, clock, dice, faults, fuse });
    await sandbox.check(this.#stop.signal);
    await onceFree(economy, () => fitPrices(economy));
    if (!headless) await onceFree(economy, () => welcomeHuman(economy));
    await runMarket(
      { economy, sandbox, endpoints: this.#endpoints(), clock, logger: SILENT, events: { publish: nothing } },
      { cycles: undefined, stop: this.#stop.signal },
    );
  }

  #end(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.fuse.blow(how);
    this.#options.onEnd(how);
  }

  #endpoints(): Endpoints {
    return {
      open: (executionId, run) => void this.#open.set(executionId, { run, requests: run.requests }),
      endCalls: (executionId) => this.#endCalls(executionId),
      requests: (executionId) => this.#open.get(executionId)?.requests ?? 0,
      close: (executionId) => void this.#open.delete(executionId),
    };
  }
}

/** The engine or the disk: the next start is none the worse. */
function isOfOperation(error: unknown): boolean {
  return error instanceof BpError && ['engine', 'sandbox', 'disk'].includes(error.kind);
}

/** Time passes for the living only. */
function mortalClock(clock: SimulatedClock, fuse: Fuse): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    async sleep(milliseconds, signal) {
      if (fuse.isBlown()) return never();
      try {
        await clock.sleep(milliseconds, signal);
      } finally {
        if (fuse.isBlown()) await never();
      }
    },
  };
}

const nothing = () => undefined;
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
