import { allocate } from '../../domain/allocation-scheduler.ts';
import { micro, toCredits } from '../../domain/credits.ts';
import { usedOf } from '../../domain/pricing.ts';
import { QUANTITY_KEY, RESOURCES, type Resource } from '../../domain/resources.ts';
import { recordedClearing, type RecordedClearing } from '../market/clearing-record.ts';
import type { Economy } from '../economy.ts';
import { marketRules, priceRule } from '../market/market-rules.ts';
import { replay, type ReplayedCycle, type ReplayMarket } from './replay.ts';
import { STORE } from '../internal/store-key.ts';

export interface ReplayOptions {
  /** The first and the last cycle, as far as they are on record. */
  readonly from: number;
  readonly to: number;
  /** What is to differ from the record besides the market's rules. */
  readonly changes: { readonly supply: boolean; readonly prices: boolean };
}

/** What one agent got out of the market. Amounts in credits. */
export interface AgentTally {
  readonly won: number;
  readonly paid: number;
  readonly expired: number;
  /** As many cycles in a row as it competed in and did not win. */
  readonly longest_wait: number;
}

export interface ReplayReport {
  /** The cycles that were cleared again. */
  readonly from: number;
  readonly to: number;
  readonly recorded: MarketTally;
  readonly replayed: MarketTally;
  readonly agents: readonly {
    readonly agent_id: string;
    readonly recorded: AgentTally;
    readonly replayed: AgentTally;
    /** It competed and never won. */
    readonly starved: boolean;
  }[];
}

export interface MarketTally {
  readonly won: number;
  readonly expired: number;
  readonly revenue: number;
  /** Mean share of the supply that was used. */
  readonly utilisation: Readonly<Record<Resource, number>>;
}

/** Undefined where no cycle between the two is on record. Reads all of them, three times. */
export function replayReport(economy: Economy, options: ReplayOptions): ReplayReport | undefined {
  const { [STORE]: store, config, derived } = economy;
  const span = recordedSpan(economy, options);
  if (!span) return undefined;
  const clearings = () => recordedClearings(economy, span);
  const durations = busyCycles(clearings());
  const market: ReplayMarket = {
    rules: marketRules(config),
    supply: options.changes.supply ? derived.supply : undefined,
    pricing: options.changes.prices ? { rule: priceRule(config), startPrices: derived.startPrices } : undefined,
  };
  const again = replay(
    {
      clearings: clearings(),
      isGone(bidId, cycle) {
        const { status, endedCycle } = store.bids.get(bidId);
        return (status === 'withdrawn' || status === 'voided') && endedCycle !== null && endedCycle < cycle;
      },
      busyCycles: (bidId) => durations.get(bidId),
    },
    market,
  );
  const [recorded, replayed] = [tallied(asRecorded(clearings())), tallied(again)];
  const agents = [...new Set([...recorded.agents.keys(), ...replayed.agents.keys()])].sort();
  return {
    ...span,
    recorded: recorded.market,
    replayed: replayed.market,
    agents: agents.map((id) => {
      const here = replayed.agents.get(id) ?? NOTHING_WON;
      return {
        agent_id: id,
        recorded: recorded.agents.get(id) ?? NOTHING_WON,
        replayed: here,
        starved: here.won === 0 && here.longest_wait > 0,
      };
    }),
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The longest stretch without a gap that ends with the newest cycle on record up to `to`. */
function recordedSpan({ [STORE]: store }: Economy, { from, to }: ReplayOptions): Span | undefined {
  let span: Span | undefined;
  for (const { cycle } of store.cycles.pagesBefore(to + 1)) {
    if (cycle < from || !store.cycles.hasClearing(cycle) || (span && cycle !== span.from - 1)) break;
    span = { from: cycle, to: span?.to ?? cycle };
  }
  return span;
}

function* recordedClearings(economy: Economy, { from, to }: Span): Generator<RecordedClearing> {
  for (let cycle = from; cycle <= to; cycle++) {
    const clearing = recordedClearing(economy, cycle);
    if (clearing) yield clearing;
  }
}

function* asRecorded(clearings: Iterable<RecordedClearing>): Generator<ReplayedCycle> {
  for (const { input, supply, held } of clearings) {
    const allocation = allocate(input);
    yield { cycle: input.moment.cycle, allocation, supply, used: usedOf(allocation, held) };
  }
}

/** By the bid that won: in how many further cycles its agent was still running. */
function busyCycles(clearings: Iterable<RecordedClearing>): ReadonlyMap<number, number> {
  const durations = new Map<number, number>();
  const running = new Map<string, number>();
  for (const { input, lot } of clearings) {
    for (const [agent, bidId] of running) {
      if (agent !== lot?.agentId && input.moment.runningAgents.has(agent))
        durations.set(bidId, (durations.get(bidId) ?? 0) + 1);
      else running.delete(agent);
    }
    if (lot) running.set(lot.agentId, lot.id);
    for (const { agentId, bidId } of allocate(input).winners) running.set(agentId, bidId);
  }
  return durations;
}

const NOTHING_WON: AgentTally = { won: 0, paid: 0, expired: 0, longest_wait: 0 };

function tallied(cycles: Iterable<ReplayedCycle>): {
  readonly market: MarketTally;
  readonly agents: ReadonlyMap<string, AgentTally>;
} {
  const tallies = new Map<string, Tally>();
  const of = (agentId: string) => {
    const known = tallies.get(agentId) ?? new Tally();
    tallies.set(agentId, known);
    return known;
  };
  const agentOf = new Map<number, string>();
  const sums = { cpu_seconds: 0, memory_mb: 0, tokens: 0, attention: 0 };
  let [count, won, expired, revenue] = [0, 0, 0, 0];
  for (const { allocation, supply, used } of cycles) {
    count++;
    for (const { bid } of allocation.ranked) agentOf.set(bid.id, bid.agentId);
    for (const { agentId, price } of allocation.winners) {
      won++;
      revenue += price;
      of(agentId).win(price);
    }
    const waiting = new Set<string>();
    for (const { bidId, ages, expires } of allocation.fates) {
      const agentId = agentOf.get(bidId);
      if (!ages || agentId === undefined) continue;
      waiting.add(agentId);
      if (!expires) continue;
      expired++;
      of(agentId).expired++;
    }
    for (const agentId of waiting) of(agentId).wait();
    for (const resource of RESOURCES) {
      const key = QUANTITY_KEY[resource];
      sums[resource] += supply[key] > 0 ? used[key] / supply[key] : 0;
    }
  }
  const utilisation = Object.fromEntries(RESOURCES.map((resource) => [resource, sums[resource] / count]));
  return {
    market: {
      ...{ won, expired, revenue: toCredits(micro(revenue)) },
      utilisation: utilisation as Record<Resource, number>,
    },
    agents: new Map([...tallies].map(([agentId, tally]) => [agentId, tally.view()])),
  };
}

class Tally {
  #won = 0;
  #paid = 0;
  #waits = 0;
  #longestWait = 0;
  expired = 0;

  win(price: number): void {
    this.#won++;
    this.#paid += price;
    this.#waits = 0;
  }

  /** One more cycle in which it competed and did not win. */
  wait(): void {
    this.#longestWait = Math.max(this.#longestWait, ++this.#waits);
  }

  view(): AgentTally {
    return {
      ...{ won: this.#won, paid: toCredits(micro(this.#paid)) },
      ...{ expired: this.expired, longest_wait: this.#longestWait },
    };
  }
}
