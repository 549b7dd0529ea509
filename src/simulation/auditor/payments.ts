import type { Config } from '../../config/schema.ts';
import type { Books, Entry } from './books.ts';
import type { Change, Changes } from './changes.ts';
import { demand, Finding } from './finding.ts';
import { isLotBid } from './lot-check.ts';
import type { Mirror, Moment } from './mirror.ts';
import { expiryShare, feeFor, rentFor } from './reckoning.ts';
import type { AgentRow, BidRow, ExecutionRow, PromptRow } from './rows.ts';

interface Expected {
  /** Undefined where the auditor leaves it to the books. */
  readonly amount: number | undefined;
  readonly why: string;
}

/**
 * Every transfer must follow from a change of the same transaction, and every change that costs or brings something
 * must have its transfer. So nothing is paid twice, for nothing, to the wrong one, or not at all.
 */
export class Payments {
  readonly #expected = new Map<string, Expected>();
  readonly #mirror: Mirror;
  readonly #config: Config;
  /** The row that each expected transfer became. */
  readonly #rows = new Map<string, Entry>();

  constructor(mirror: Mirror, config: Config) {
    this.#mirror = mirror;
    this.#config = config;
  }

  /** `books` as they were before this transaction. */
  expect({ bids, executions, prompts, agents, messages }: Changes, moment: Moment, books: Books): void {
    this.#rent(moment, books);
    for (const change of prompts) this.#prompt(change, moment);
    for (const change of executions) this.#execution(change, prompts);
    for (const change of bids) this.#bid(change);
    for (const change of agents) this.#agent(change, moment);
    const fee = this.#config.economy.message_fee;
    for (const { old, now } of messages)
      if (!old && fee > 0 && now.from !== null)
        this.#add(`single message_fee msg_${now.id} ${now.from} system:fees`, fee, 'it was sent');
  }

  /** To be called for each new row of the ledger, in order. */
  take(entry: Entry, moment: Moment): void {
    const { id, type, cycle, debit, credit, amount, kind, ref } = entry;
    const name = `tx_${id}, a ${type} ${kind} of ${amount} from ${debit} to ${credit} for ${ref},`;
    demand(cycle === moment.cycle, 'a row says its cycle', () => `${name} says cycle ${cycle} in ${moment.cycle}`);
    if (kind === 'transfer' || kind === 'spawn_endowment') this.#mirror.gives(debit, cycle, amount);
    if (kind === 'transfer') {
      this.#checkGift(entry, name);
      return;
    }
    const key = `${type} ${kind} ${ref} ${debit} ${credit}`;
    const expected = this.#expected.get(key);
    demand(expected !== undefined, 'every transfer has its reason', () => `${name} follows from nothing`);
    const isRight = expected.amount === undefined || expected.amount === amount;
    demand(isRight, 'every transfer has its amount', () => `${name} should be ${expected.amount}: ${expected.why}`);
    this.#expected.delete(key);
    this.#rows.set(key, entry);
  }

  /** Once all rows were taken. */
  close({ bids, agents }: Changes, books: Books): void {
    for (const [key, { amount, why }] of this.#expected)
      // Who died with nothing leaves nothing: that the dead hold nothing is seen below.
      if (why !== ESTATE.why)
        throw new Finding('every change is paid', `there is no ${key} of ${amount ?? 'any amount'}: ${why}`);
    for (const { old, now } of bids) {
      if (old?.attempt === now.attempt || isLotBid(now)) continue;
      const hold = this.#rows.get(`pending bid bid_${now.id}/${now.attempt} ${now.payer} system:market`);
      demand(hold?.id === now.hold, 'a bid names its hold', () => `bid_${now.id} names tx_${now.hold}`);
    }
    for (const { now } of agents) {
      if (now.status !== 'dead') continue;
      const { posted, pending } = books.accounts.get(now.id) ?? { posted: 0, pending: 0 };
      const isEmpty = posted === 0 && pending === 0;
      demand(isEmpty, 'the dead hold nothing', () => `${now.id} is dead and has ${posted}, ${pending} of it held`);
    }
  }

  #bid({ old, now }: Change<BidRow>): void {
    // A lot is won for nothing; what it owes is taken from its marks.
    if (isLotBid(now)) return;
    const route = `bid bid_${now.id}/${now.attempt} ${now.payer} system:market`;
    const isNewAttempt = old?.attempt !== now.attempt;
    if (isNewAttempt) this.#add(`pending ${route}`, now.amount, 'it was placed');
    if (!isNewAttempt && old.status === now.status) return;
    if (now.status === 'won') this.#add(`post ${route}`, now.price ?? 0, 'it won');
    else if (now.status !== 'pending') this.#add(`void ${route}`, now.amount, `it is ${now.status}`);
  }

  #execution({ old, now }: Change<ExecutionRow>, prompts: Changes['prompts']): void {
    if (now.state !== 'settled' || old?.state === 'settled') return;
    if (now.outcome !== 'system_fault' && now.outcome !== 'stopped_by_operator') return;
    const own = (prompt: PromptRow) => prompt.execution === now.id;
    const prompt =
      prompts.map((change) => change.now).find(own) ??
      [...this.#mirror.prompts.values(), ...this.#mirror.answers.values()].find(own);
    const rest = now.price - (prompt?.refund ?? 0);
    const key = `single refund exe_${now.id} system:market ${this.#receiver(now.payer)}`;
    if (rest > 0) this.#add(key, rest, `it ended with ${now.outcome}`);
  }

  /** Each interval of running time that ended takes its part of the day's share of what every living agent holds. */
  #rent({ cycle, runningMs }: Moment, books: Books): void {
    const { share_per_day: share, interval_seconds: seconds } = this.#config.economy.rent;
    const intervalMs = Math.round(seconds * 1000);
    const ended = Math.floor(runningMs / intervalMs) - Math.floor(this.#mirror.moment.runningMs / intervalMs);
    if (share === 0 || ended === 0) return;
    for (const { id, status } of this.#mirror.agents.values()) {
      if (status === 'dead') continue;
      const due = rentFor(books.posted(id), share, Math.min(ended * intervalMs, 86_400_000));
      const amount = Math.min(due, books.available(id));
      if (amount > 0) this.#add(`single rent ${id}/${cycle} ${id} system:fees`, amount, 'rent is due');
    }
  }

  #prompt({ old, now }: Change<PromptRow>, { cycle }: Moment): void {
    if (now.status === old?.status) return;
    const { rates } = this.#config.attention;
    if (now.status === 'scored') {
      const [first, second, third] = now.marks;
      const worth =
        (first ?? 0) * rates.interesting + (second ?? 0) * rates.useful + (third ?? 0) * rates.understandable;
      const due = this.#mirror.rewardFor(worth, cycle, this.#config);
      this.#mirror.issued(cycle, due);
      demand(now.reward === due, 'marks make the reward', () => `prompt_${now.id} has ${now.reward}, not ${due}`);
      const key = `single reward prompt_${now.id} system:issuance ${this.#receiver(now.agent)}`;
      if (due > 0) this.#add(key, due, 'it was scored');
      this.#lot(now, due - this.#royalties(now, due));
    } else {
      const isNone = now.reward === 0 && now.royalty === 0;
      demand(isNone, 'only marks are rewarded', () => `prompt_${now.id} has ${now.reward}, shares ${now.royalty}`);
    }
    const due = now.status === 'expired' ? this.#refundOf(now) : 0;
    demand(now.refund === due, 'expiry gives back its share', () => `prompt_${now.id} has ${now.refund}, not ${due}`);
    const key = `single refund prompt_${now.id} system:market ${this.#receiver(now.payer)}`;
    if (due > 0) this.#add(key, due, 'it expired');
  }

  /** To each that is owed one its share, floored; the first is referred to by the prompt alone. */
  #royalties(prompt: PromptRow, reward: number): number {
    let sum = 0;
    for (const { place, to, ppm } of this.#mirror.owedBy(prompt.agent)) {
      const share = Number((BigInt(reward) * BigInt(ppm)) / 1_000_000n);
      const ref = place === 1 ? `prompt_${prompt.id}` : `prompt_${prompt.id}/${place}`;
      if (share > 0) this.#add(`single royalty ${ref} ${prompt.agent} ${to}`, share, 'it is owed');
      sum += share;
    }
    const isRight = prompt.royalty === sum && sum <= reward;
    demand(
      isRight,
      'a reward is shared as agreed',
      () => `prompt_${prompt.id} passes on ${prompt.royalty}, not ${sum}`,
    );
    return sum;
  }

  /** Of what was won by lot, what it would have cost is taken from what is left of the reward; of the dead nothing is. */
  #lot({ id, execution, agent }: PromptRow, left: number): void {
    const { price, reserve } = this.#mirror.behind.get(execution) ?? { price: NaN, reserve: NaN };
    const due = price === 0 && this.#receiver(agent) === agent ? Math.min(reserve, left) : 0;
    if (due > 0) this.#add(`single lot prompt_${id} ${agent} system:market`, due, 'it was won by lot');
  }

  /** Attention's share of the price; nothing where a refund of the execution gave all of it back before. */
  #refundOf(prompt: PromptRow): number {
    const paid = this.#mirror.behind.get(prompt.execution);
    demand(paid !== undefined, 'a prompt has its execution', () => `prompt_${prompt.id} has none`);
    const { price, attentionPrice, reserve, outcome } = paid;
    const left = outcome === 'system_fault' || outcome === 'stopped_by_operator' ? 0 : price;
    return expiryShare(price, attentionPrice, reserve, left);
  }

  #agent({ old, now }: Change<AgentRow>, { runningMs }: Moment): void {
    if (!old && now.parent !== null) {
      const { fee_base: base, fee_growth: growth, fee_window_seconds: seconds } = this.#config.economy.spawn;
      const births = this.#mirror.births.get(now.lineage) ?? [];
      const fee = feeFor(births.filter((born) => born > runningMs - seconds * 1000).length, base, growth);
      this.#mirror.births.set(now.lineage, [...births.slice(-500), runningMs]);
      if (fee > 0) this.#add(`single spawn_fee ${now.id} ${now.parent} system:fees`, fee, 'it was born');
      this.#add(`single spawn_endowment ${now.id} ${now.parent} ${now.id}`, undefined, 'it was born');
    } else if (now.life !== old?.life) {
      const isNext = now.life === (old?.life ?? 0) + 1;
      demand(isNext, 'lives are counted', () => `${now.id} is in life ${now.life} after ${old?.life ?? 0}`);
      this.#add(`single genesis_grant ${now.id}/${now.life} system:issuance ${now.id}`, undefined, 'it was made');
    }
    if (now.status === 'dead' && old?.status !== 'dead')
      this.#expected.set(`single estate ${now.id}/${now.life} ${now.id} system:burn`, ESTATE);
  }

  #checkGift({ id, debit, credit, ref }: Entry, name: string): void {
    demand(ref === `tx_${id}`, 'a gift refers to itself', () => `${name} refers to ${ref}`);
    for (const side of [debit, credit]) {
      const status = this.#mirror.statusOf(side);
      const isLiving = status !== undefined && status !== 'dead';
      demand(isLiving, 'gifts are among the living', () => `${name} touches ${side}, which is ${status}`);
    }
  }

  /** As it was before this transaction, since an agent that dies in it has been paid before. */
  #receiver(agent: string): string {
    return this.#mirror.statusOf(agent) === 'dead' ? 'system:burn' : agent;
  }

  #add(key: string, amount: number | undefined, why: string): void {
    demand(!this.#expected.has(key), 'nothing is paid twice', () => `${key} is due twice`);
    this.#expected.set(key, { amount, why });
  }
}

const ESTATE: Expected = { amount: undefined, why: 'it died' };
