import { auditLedger } from '../economy/audit/audit-ledger.ts';
import { closeEconomy, type Economy } from '../economy/economy.ts';
import { fitPrices } from '../economy/market/fit-prices.ts';
import { openPassingEconomy } from '../economy/home/open-home.ts';
import { auditedStore } from './audited-store.ts';
import { Auditor } from './auditor/auditor.ts';
import { RecordedCalls, type GivenAnswers } from './recorded-calls.ts';
import { Finding } from './auditor/finding.ts';
import { Dice } from './dice.ts';
import { Faults, type Fault } from './faults.ts';
import { drawTrial } from './trial.ts';
import { leftOn, unsettledBy } from './settled.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { World } from './world.ts';
import { STORE } from '../economy/internal/store-key.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** How many cycles things go wrong before everything has to settle. */
  readonly cycles: number;
  /** The file of a cassette, whose answers models give; by default they are made up. */
  readonly cassette?: string | undefined;
  /** Told every so many cycles. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly cycle: number;
  readonly executions: number;
  readonly transfers: number;
}

export interface SimulationReport extends Progress {
  readonly seed: string;
  /** How many cycles things went wrong. */
  readonly cycles: number;
  readonly finding: FindingReport | undefined;
  /** How often the orchestrator was started. */
  readonly lives: number;
  /** Transactions that were audited. */
  readonly steps: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** Of the cassette; undefined where there was none. */
  readonly recorded: GivenAnswers | undefined;
  /** The chain's newest hash: the same for the same seed and cycles, always. */
  readonly head: string;
}

export interface FindingReport {
  readonly rule: string;
  readonly detail: string;
  /** In which cycle; 0 before the first. */
  readonly cycle: number;
  /** The faults had stopped, and everything had to settle. */
  readonly settling: boolean;
}

/** All of the ledger, bids, executions, prompts and agents from the first row, besides the auditor's look at each step. */
const FULL_AUDIT_CYCLES = 10_000;
/** Far more than any patience, back-off and dormancy of a trial together. */
const SETTLING_CYCLES_MAX = 3000;
const PROGRESS_CYCLES = 10_000;
const STANDSTILL_MS_MAX = 600_000;

/**
 * Runs an economy of its own from a seed: the real domain, economy, store and orchestrator on a simulated clock, in a
 * world in which everything goes wrong that can, audited after every transaction. Then the faults stop, and everything
 * has to settle. The same seed goes the same way, however many cycles are asked for. Throws `BpError`
 * `cassette_unusable`.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const simulation = new Simulation(options);
  try {
    return await simulation.run();
  } finally {
    simulation.close();
  }
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #clock = new SimulatedClock();
  readonly #faults: Faults;
  readonly #economy: Economy;
  readonly #auditor: Auditor;
  readonly #world: World;
  readonly #recorded: RecordedCalls | undefined;
  #finding: FindingReport | undefined;
  #isSettling = false;
  #lastCycle = 0;
  #lastCycleAt = 0;

  constructor(options: SimulationOptions) {
    this.#recorded = options.cassette === undefined ? undefined : new RecordedCalls(options.cassette);
    const dice = new Dice(options.seed);
    const trial = drawTrial(dice.fork('trial'));
    this.#options = options;
    this.#faults = new Faults(dice.fork('faults'));
    const economy = openPassingEconomy({ ...trial, clock: this.#clock, random: dice.fork('tokens') });
    fitPrices(economy);
    const { config, derived, [STORE]: store } = economy;
    this.#auditor = new Auditor({
      ...{ log: store.follow(), config, derived },
      endedUnserved: (id) => this.#world.endedUnserved(`exe_${id}`),
    });
    this.#economy = { ...economy, [STORE]: auditedStore(store, () => this.#audit()) };
    this.#world = new World({
      ...{ economy: this.#economy, clock: this.#clock, faults: this.#faults, dice, trial, recorded: this.#recorded },
      isRunning: (id) => this.#auditor.mirror.executions.get(Number(id.slice('exe_'.length)))?.state === 'running',
      agents: () => [...this.#auditor.mirror.agents.values()],
      onFinding: (rule, detail) => this.#note(rule, detail),
    });
  }

  async run(): Promise<SimulationReport> {
    const { cycles } = this.#options;
    try {
      this.#world.begin();
      await this.#until(() => this.#cycle >= cycles);
      this.#isSettling = true;
      this.#world.quieten();
      await this.#settle(() => unsettledBy(this.#auditor));
      // What a clean-up could not remove at its time the end of a run finds, or the next start.
      this.#world.interrupt();
      await this.#settle(() => leftOn(this.#world.engine));
      this.#auditAll();
    } catch (error) {
      // Also what the human's or the operator's part of the program throws.
      const rule = error instanceof Finding ? error.rule : 'nothing breaks';
      this.#note(rule, error instanceof Error ? error.message : String(error));
    }
    return this.#report();
  }

  close(): void {
    this.#world.end();
    this.#recorded?.close();
    closeEconomy(this.#economy);
  }

  async #settle(left: () => string | undefined): Promise<void> {
    const last = this.#cycle + SETTLING_CYCLES_MAX;
    await this.#until(() => this.#cycle >= last || left() === undefined);
    const rest = left();
    if (rest !== undefined) this.#note('everything settles once nothing goes wrong any more', rest);
  }

  get #cycle(): number {
    return this.#auditor.mirror.moment.cycle;
  }

  /** Lets one thing happen after the other. Microtasks are done before the next one begins. */
  async #until(isThere: () => boolean): Promise<void> {
    let audited = this.#cycle;
    let told = audited;
    while (!this.#finding && !isThere()) {
      if (!this.#clock.advance()) this.#note('time goes on', 'nothing will ever happen again');
      await new Promise(setImmediate);
      this.#checkProgress();
      if (this.#cycle >= audited + FULL_AUDIT_CYCLES) {
        audited = this.#cycle;
        this.#auditAll();
      }
      if (this.#cycle < told + PROGRESS_CYCLES) continue;
      told = this.#cycle;
      this.#options.onProgress?.(this.#progress());
    }
  }

  /** No outage and no hanging engine lasts as long. */
  #checkProgress(): void {
    const now = this.#clock.monotonic();
    if (this.#cycle !== this.#lastCycle) [this.#lastCycle, this.#lastCycleAt] = [this.#cycle, now];
    else if (now - this.#lastCycleAt > STANDSTILL_MS_MAX)
      this.#note('the market goes on', `no cycle for ${STANDSTILL_MS_MAX / 60_000} minutes`);
  }

  #audit(): void {
    if (this.#finding) return;
    try {
      this.#auditor.step();
    } catch (error) {
      // Whoever called may catch it: it must not be lost.
      if (error instanceof Finding) this.#note(error.rule, error.message);
      throw error;
    }
  }

  #auditAll(): void {
    if (this.#finding) return;
    const { ok, first_difference: difference } = auditLedger(this.#economy);
    if (!ok) this.#note('audit finds nothing', difference ?? '');
  }

  #note(rule: string, detail: string): void {
    this.#finding ??= { rule, detail, cycle: this.#cycle, settling: this.#isSettling };
  }

  #progress(): Progress {
    const { mirror, books } = this.#auditor;
    return { cycle: this.#cycle, executions: mirror.lastExecution, transfers: books.last };
  }

  #report(): SimulationReport {
    const { seed, cycles } = this.#options;
    return {
      ...this.#progress(),
      ...{ seed, cycles, finding: this.#finding, lives: this.#world.lives, steps: this.#auditor.steps },
      faults: this.#faults.counts,
      recorded: this.#recorded?.given,
      head: this.#auditor.books.head,
    };
  }
}
