import type { Config } from '../../config/schema.ts';
import type { Derived } from '../../config/supply.ts';
import type { ChangeLog } from '../../store/change-log.ts';
import { Books } from './books.ts';
import { adopt, compare, type Changes } from './changes.ts';
import { checkLives, checkPriceMoves, checkRecord, readPrices } from './cycle-check.ts';
import { demand } from './finding.ts';
import { checkLots, checkWaits } from './lot-check.ts';
import { checkPace, HumanTime, type PaceRow } from './human-time.ts';
import { checkClearing, heldAtStart, type Clearing } from './market-check.ts';
import { Mirror, type Moment } from './mirror.ts';
import { checkNoneLost, checkOrders } from './order-check.ts';
import { Payments } from './payments.ts';
import type { PriceQuad } from './reckoning.ts';
import type { Quad } from './rows.ts';
import { checkRoyalties } from './royalty-check.ts';
import { checkTransitions } from './transitions.ts';
import { recordedWeights } from './attention-rank.ts';

export interface AuditorOptions {
  readonly log: ChangeLog;
  readonly config: Config;
  readonly derived: Derived;
  /** Whether this execution ended by its own error or its wall time while no orchestrator lived. */
  readonly endedUnserved: (execution: number) => boolean;
}

/**
 * Follows an economy from its first row, transaction by transaction, and throws a `Finding` at the first one that left
 * anything wrong. It reads bare rows and shares no code with the ledger, the scheduler or the use cases. It works out
 * what they should have done from docs/market.md and docs/ledger.md.
 */
export class Auditor {
  readonly #log: ChangeLog;
  readonly #config: Config;
  readonly #supply: Quad;
  readonly #start: PriceQuad;
  readonly #endedUnserved: (execution: number) => boolean;
  readonly #books = new Books();
  readonly #mirror = new Mirror();
  readonly #humanTime = new HumanTime();
  /** How many transactions that changed something were checked. */
  steps = 0;

  constructor({ log, config, derived, endedUnserved }: AuditorOptions) {
    this.#log = log;
    this.#endedUnserved = endedUnserved;
    this.#config = config;
    const { cpuMs, memoryMb, tokens, attention } = derived.supply;
    this.#supply = [cpuMs, memoryMb, tokens, attention];
    const start = derived.startPrices;
    this.#start = [start.cpu_seconds, start.memory_mb, start.tokens, start.attention];
    this.#takePrices();
  }

  /** What the economy looks like, as far as it isn't over. */
  get mirror(): Mirror {
    return this.#mirror;
  }

  get books(): Books {
    return this.#books;
  }

  /** To be called after every commit. Throws `Finding`. */
  step(): void {
    const moment = this.#readMoment();
    const rows = this.#log.transfersAfter(this.#books.last);
    const raw = this.#log.take();
    const isCleared = moment.cycle !== this.#mirror.moment.cycle;
    if (rows.length === 0 && raw.length === 0 && !isCleared) {
      this.#mirror.moment = moment;
      return;
    }
    this.steps++;
    const changes = compare(raw, this.#mirror);
    this.#humanTime.take(changes.prompts);
    const payments = new Payments(this.#mirror, this.#config);
    payments.expect(changes, moment, this.#books);
    for (const row of rows) payments.take(this.#books.apply(row), moment);
    payments.close(changes, this.#books);
    checkTransitions(changes, {
      mirror: this.#mirror,
      config: this.#config,
      supply: this.#supply,
      moment,
      available: (agent) => this.#books.available(agent),
      endedUnserved: this.#endedUnserved,
    });
    checkRoyalties(changes, this.#mirror, this.#config);
    checkOrders(changes, this.#mirror, moment);
    const world = { mirror: this.#mirror, config: this.#config, supply: this.#supply, moment };
    checkLots(changes, { ...world, books: this.#books });
    if (isCleared) this.#checkCycle(changes, moment);
    adopt(changes, this.#mirror);
    this.#mirror.moment = moment;
    this.#checkBalances(rows.flatMap(([, , , debit, credit]) => [debit, credit]));
    this.#checkHeld();
    if (!isCleared) return;
    this.#takePrices();
    this.#checkAllBalances();
    checkNoneLost(this.#mirror);
    if (moment.paused) return;
    checkLives(this.#mirror, changes, this.#config, moment);
    checkWaits(this.#mirror, this.#config, moment);
  }

  #readMoment(): Moment {
    const state = this.#log.state();
    demand(state !== undefined, 'there is an economy', () => 'its state is gone');
    const [cycle, runningMs, humanAway, pausedReason, pausedAt, clearedAt] = state;
    return {
      ...{ cycle, runningMs, humanAway: humanAway === 1, clearedAt: clearedAt ?? 0 },
      ...{ paused: pausedReason !== null, stands: pausedAt !== null },
    };
  }

  #checkCycle(changes: Changes, moment: Moment): void {
    const before = this.#mirror.moment;
    demand(
      !before.stands || !moment.stands,
      'a market that the operator has paused stands',
      () => `cycle ${moment.cycle}`,
    );
    const isNext = moment.cycle === before.cycle + 1 && moment.runningMs >= before.runningMs;
    demand(isNext, 'cycles are counted', () => `cycle ${moment.cycle} came after ${before.cycle}`);
    const isSpent = this.#humanTime.isSpent(moment.clearedAt, this.#config, new Map(this.#log.given()));
    const isUnasked = moment.humanAway || isSpent;
    const plannedMs = heldAtStart({ mirror: this.#mirror, changes })[3] * this.#config.attention.default_seconds * 1000;
    const isPlanned = this.#humanTime.isSpent(moment.clearedAt, this.#config, new Map(this.#log.given()), plannedMs);
    const clearing: Clearing = {
      ...{ mirror: this.#mirror, changes, config: this.#config, supply: this.#supply },
      ...{ cycle: moment.cycle, humanAway: isUnasked || isPlanned, paused: moment.paused },
      weights: recordedWeights(this.#log.momentOf(moment.cycle)),
    };
    const market = checkClearing(clearing);
    const now = readPrices(this.#log);
    checkPriceMoves(now, market, clearing, this.#start);
    if (!moment.paused)
      checkPace({
        ...{ before: this.#mirror.prices[3], after: now.prices[3], start: this.#start[3], config: this.#config },
        ...{ spentMs: this.#humanTime.takeUnpriced(), runningMs: moment.runningMs - before.runningMs },
        ...{ isUnasked, isSpent, pace: this.#paceOf(moment.cycle) },
      });
    checkRecord(this.#log, moment.cycle, market, this.#books);
  }

  #paceOf(cycle: number): PaceRow | undefined {
    const [, , , , moment = '{}'] = this.#log.cycle(cycle) ?? [];
    return (JSON.parse(moment) as { readonly pace?: PaceRow }).pace;
  }

  /** The stored balances of these are those of the books, and the running sums too. */
  #checkBalances(ids: Iterable<string>): void {
    for (const id of new Set(ids)) this.#checkBalance(id, this.#log.account(id));
    const [posted, pending, held] = this.#log.totals() ?? [];
    const isRight = posted === 0 && pending === held;
    demand(isRight, 'credits are neither lost nor made', () => `sums: ${posted}, ${pending}, ${held}`);
  }

  /** Also of those that nothing moved credits of. */
  #checkAllBalances(): void {
    const unseen = new Set(this.#books.accounts.keys());
    for (const [id, ...stored] of this.#log.accounts()) {
      this.#checkBalance(id, stored);
      unseen.delete(id);
    }
    for (const id of unseen) this.#checkBalance(id, undefined);
  }

  #checkBalance(id: string, [posted, pending]: readonly [number, number] = [NaN, NaN]): void {
    const due = this.#books.accounts.get(id) ?? { posted: 0, pending: 0 };
    const isRight = due.posted === posted && due.pending === pending;
    const told = () => `${id} has ${posted} with ${pending} held, not ${due.posted} with ${due.pending}`;
    demand(isRight, 'balances are those of the ledger', told);
  }

  /** Stock within its supply, one execution per agent, one prompt in the slot and no more on deck than there are places, every hold with its bid. */
  #checkHeld(): void {
    const { executions, prompts, bids } = this.#mirror;
    let [memory, attention] = [0, 0];
    const running = new Set<string>();
    for (const { id, agent, state, bundle, holdsAttention } of executions.values()) {
      if (holdsAttention) attention++;
      if (state === 'settled') continue;
      memory += bundle[1];
      demand(!running.has(agent), 'one execution per agent', () => `exe_${id} is a second one of ${agent}`);
      running.add(agent);
    }
    const isWithin = memory <= this.#supply[1] && attention <= this.#supply[3];
    demand(isWithin, 'no allocation is over the supply', () => `${memory} MB, ${attention} attention are held`);
    let [open, queued] = [0, 0];
    for (const { status } of prompts.values())
      if (status === 'open') open++;
      else queued++;
    demand(open <= 1 && queued <= this.#supply[3], 'one prompt at a time', () => `${open} are open, ${queued} queued`);
    let pending = 0;
    for (const { id, status, hold, amount } of bids.values()) {
      if (status !== 'pending') continue;
      pending++;
      const entry = this.#books.holds.get(hold ?? 0);
      demand(entry?.amount === amount, 'a pending bid is held for', () => `bid_${id} has no hold of ${amount}`);
    }
    const { size } = this.#books.holds;
    demand(size === pending, 'every hold has a live owner', () => `${size} holds stand for ${pending} pending bids`);
  }

  #takePrices(): void {
    const { prices, smoothed } = readPrices(this.#log);
    this.#mirror.prices = prices;
    this.#mirror.smoothed = smoothed;
  }
}
