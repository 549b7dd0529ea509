import type { Config } from '../../config/schema.ts';
import type { PriceQuad } from './reckoning.ts';
import type {
  AgentRow,
  BidRow,
  CallRow,
  ExecutionRow,
  LotRow,
  MessageRow,
  OrderRow,
  PromptRow,
  Quad,
  RequestRow,
  RoyaltyRow,
} from './rows.ts';

/** What the economy has one of. */
export interface Moment {
  readonly cycle: number;
  readonly runningMs: number;
  readonly humanAway: boolean;
  /** When the last cycle was cleared. */
  readonly clearedAt: number;
  readonly paused: boolean;
  /** The operator has paused it. */
  readonly stands: boolean;
}

/** What was given attention lately: to whom, and how that went. */
export interface AttentionGrant {
  readonly execution: number;
  readonly agent: string;
  readonly lineage: string;
  /** Our own fault made it worthless: it doesn't count. */
  isVoid: boolean;
}

const GRANTS_KEPT = 200;

/** The economy as the auditor last saw it; of what is over nothing is kept. */
export class Mirror {
  /** Pending ones, and won ones whose execution isn't settled: a fault would queue those again. */
  readonly bids = new Map<number, BidRow>();
  /** Unsettled ones, and settled ones that hold attention for a prompt on deck. */
  readonly executions = new Map<number, ExecutionRow>();
  /** Those behind the prompts that wait. */
  readonly behind = new Map<number, ExecutionRow>();
  /** Open and queued ones. */
  readonly prompts = new Map<number, PromptRow>();
  /** Ended ones that were not handed over, or to an execution that isn't settled. */
  readonly answers = new Map<number, PromptRow>();
  readonly messages = new Map<number, MessageRow>();
  /** The operator's that were not closed. */
  readonly requests = new Map<number, RequestRow>();
  /** Calls of models that go on. */
  readonly calls = new Map<number, CallRow>();
  /** Standing orders that haven't ended. */
  readonly orders = new Map<number, OrderRow>();
  readonly agents = new Map<string, AgentRow>();
  /** Those that wait to be drawn. */
  readonly lots = new Map<number, LotRow>();
  lastLot = 0;
  /** Allocations of attention since the last lot. */
  sinceLot = 0;
  /** Who began to wait for a lot, and had no execution since. */
  readonly waitedSince = new Set<string>();
  /** What each agent last bid for itself, and with what it last bought attention for itself. */
  readonly lastBundles = new Map<string, Quad>();
  readonly letterBundles = new Map<string, Quad>();
  /** What each answered prompt of an agent earned, by its id. */
  readonly answered = new Map<string, Map<number, number>>();
  /** In which cycle each lineage was last given attention, by execution. */
  readonly #heard = new Map<string, Map<number, number>>();
  /** What each agent gave away: in which cycle, and how much. */
  readonly #given = new Map<string, { readonly cycle: number; readonly amount: number }[]>();
  /** What each agent owes of its rewards, as it was agreed at its birth. */
  readonly royalties = new Map<string, readonly RoyaltyRow[]>();
  /** The last ids that were given out. */
  lastBid = 0;
  lastExecution = 0;
  lastPrompt = 0;
  lastMessage = 0;
  lastRequest = 0;
  lastCall = 0;
  moment: Moment = { cycle: 0, runningMs: 0, humanAway: false, clearedAt: 0, paused: false, stands: false };
  prices: PriceQuad = [0, 0, 0, 0];
  smoothed: readonly (number | null)[] = [null, null, null, null];
  /** The newest first. */
  grants: AttentionGrant[] = [];
  /** When children were born, by lineage, in running time. */
  readonly births = new Map<string, number[]>();
  /** What marks issued, the oldest first, as far back as the cap on issuance looks; and its sum. */
  readonly #issued: { readonly cycle: number; readonly amount: number }[] = [];
  #issuedLately = 0;
  readonly #paidByOrder = new Map<number, { readonly day: number; readonly paid: number }>();

  /**
   * What the cap on issuance leaves of a reward: all of it while half of the cap is left, then that share of it which
   * what is left is of half of the cap. What was issued counts for a day of cycles.
   */
  rewardFor(worth: number, cycle: number, { economy, market }: Config): number {
    const { issuance_cap_per_day: cap } = economy;
    if (cap === null) return worth;
    const after = cycle - Math.ceil(86_400 / market.cycle_seconds);
    while (this.#issued[0] && this.#issued[0].cycle <= after) this.#issuedLately -= this.#issued.shift()?.amount ?? 0;
    const left = Math.max(0, cap - this.#issuedLately);
    const share = Number((BigInt(worth) * BigInt(left) * 2n) / BigInt(cap));
    return Math.min(worth, left, share);
  }

  issued(cycle: number, amount: number): void {
    this.#issued.push({ cycle, amount });
    this.#issuedLately += amount;
  }

  royaltiesOf(agent: string): readonly RoyaltyRow[] {
    return this.royalties.get(agent) ?? [];
  }

  /** Of these, what it still owes: neither it nor who is owed has died since. */
  owedBy(agent: string): readonly RoyaltyRow[] {
    const lives = (id: string, life: number) => {
      const row = this.agents.get(id);
      return row?.life === life && row.status !== 'dead';
    };
    return this.royaltiesOf(agent).filter(({ to, toLife }) => lives(agent, 1) && lives(to, toLife));
  }

  /** A lineage was given attention, in this cycle. */
  hears({ id, lineage, cycle }: ExecutionRow): void {
    const known = this.#heard.get(lineage) ?? new Map<number, number>();
    known.set(id, cycle);
    const [oldest] = known.keys();
    if (known.size > GRANTS_KEPT && oldest !== undefined) known.delete(oldest);
    this.#heard.set(lineage, known);
  }

  /** Our own fault made it worthless. */
  unhears({ id, lineage }: ExecutionRow): void {
    this.#heard.get(lineage)?.delete(id);
  }

  wasHeardAfter(lineage: string, cycle: number): boolean {
    return [...(this.#heard.get(lineage)?.values() ?? [])].some((when) => when > cycle);
  }

  /** A prompt was answered. */
  noteAnswer({ id, agent, reward }: PromptRow): void {
    const known = this.answered.get(agent) ?? new Map<number, number>();
    this.answered.set(agent, known.set(id, reward));
    const [oldest] = known.keys();
    if (known.size > GRANTS_KEPT && oldest !== undefined) known.delete(oldest);
  }

  gives(agent: string, cycle: number, amount: number): void {
    this.#given.set(agent, [...(this.#given.get(agent) ?? []), { cycle, amount }]);
  }

  givenAfter(agent: string, cycle: number): number {
    const gifts = (this.#given.get(agent) ?? []).filter((gift) => gift.cycle > cycle);
    return gifts.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** What an order has paid in a day of its own, this execution included. */
  payForOrder(order: number, day: number, price: number): number {
    const known = this.#paidByOrder.get(order);
    const paid = price + (known?.day === day ? known.paid : 0);
    this.#paidByOrder.set(order, { day, paid });
    return paid;
  }

  statusOf(agent: string): string | undefined {
    return this.agents.get(agent)?.status;
  }

  unsettled(): ExecutionRow[] {
    return [...this.executions.values()].filter(({ state }) => state !== 'settled');
  }

  pending(): BidRow[] {
    return [...this.bids.values()].filter(({ status }) => status === 'pending');
  }

  granted(grant: AttentionGrant): void {
    this.grants.unshift(grant);
    if (this.grants.length > 2 * GRANTS_KEPT) this.grants.length = GRANTS_KEPT;
  }

  /** What keeps an agent alive. */
  hasTie(agent: string): boolean {
    for (const bid of this.bids.values()) if (bid.agent === agent && bid.status === 'pending') return true;
    for (const execution of this.executions.values())
      if (execution.agent === agent && execution.state !== 'settled') return true;
    for (const prompt of this.prompts.values()) if (prompt.agent === agent) return true;
    for (const lot of this.lots.values()) if (lot.agent === agent) return true;
    return false;
  }
}
