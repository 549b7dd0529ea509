import type { ChangeLog } from '../../store/change-log.ts';
import type { Config } from '../../config/schema.ts';
import type { Books } from './books.ts';
import type { Changes } from './changes.ts';
import { demand } from './finding.ts';
import type { ClearedMarket, Clearing } from './market-check.ts';
import type { Mirror, Moment } from './mirror.ts';
import { cyclesOf, type PriceQuad } from './reckoning.ts';
import type { Quad } from './rows.ts';

const RESOURCES = ['cpu_seconds', 'memory_mb', 'tokens', 'attention'];

export interface Prices {
  readonly prices: PriceQuad;
  readonly smoothed: readonly (number | null)[];
}

export function readPrices(log: ChangeLog): Prices {
  const rows = new Map(log.markets().map(([resource, price, smoothed]) => [resource, { price, smoothed }]));
  return {
    prices: RESOURCES.map((name) => rows.get(name)?.price ?? 0) as unknown as PriceQuad,
    smoothed: RESOURCES.map((name) => rows.get(name)?.smoothed ?? null),
  };
}

/** Prices follow demand, within floor and cap; attention's is looked at by `checkPace`. */
export function checkPriceMoves(
  now: Prices,
  { ranked, winners, held }: ClearedMarket,
  { mirror, config, supply, paused }: Clearing,
  start: PriceQuad,
): void {
  const demanded = demandedBy(ranked, winners, held);
  const used = usedBy(winners, held);
  for (const [place, name] of RESOURCES.entries()) {
    const [before, after] = [mirror.prices[place]!, now.prices[place]!];
    const told = () => `${name}: ${after} after ${before}`;
    if (name === 'attention' && !paused) continue;
    if (paused || supply[place] === 0 || config.market.price_rule === 'fixed') {
      demand(before === after, 'prices stand still', told);
      continue;
    }
    const cap = Math.floor(start[place]! * config.market.prices.cap_factor);
    demand(after >= start[place]! && after <= Math.max(cap, start[place]!), 'prices stay between floor and cap', told);
    const change = changeOf(config, place, { demanded, used, supply, before: mirror.smoothed, after: now.smoothed });
    const due = movedBy(before, change).map((price) => Math.max(start[place]!, Math.min(cap, price)));
    demand(due.includes(after), 'prices follow demand', () => `${told()}, not ${due.join(' or ')}`);
  }
}

/** Rounded, and by one micro-credit at least; both neighbours where doubles could have gone either way. */
function movedBy(price: number, change: number): readonly number[] {
  if (Math.abs(change) < 1e-12) return [price - 1, price, price + 1];
  const slack = Math.max(1e-9, price * 1e-12);
  return [price * (1 + change) - slack, price * (1 + change) + slack].map((exact) => {
    const next = Math.round(exact);
    return next === price ? price + Math.sign(change) : next;
  });
}

interface Pressure {
  readonly demanded: Quad;
  readonly used: Quad;
  readonly supply: Quad;
  readonly before: readonly (number | null)[];
  readonly after: readonly (number | null)[];
}

/** The share of itself by which a price should move. */
function changeOf({ market }: Config, place: number, { demanded, used, supply, before, after }: Pressure): number {
  const spans = market.cycle_seconds / market.reference_seconds;
  const inAll = (share: number) => {
    const most = market.prices.step_max;
    return Math.max(-most, Math.min(most, spans === 1 ? share : Math.expm1(spans * Math.log1p(share))));
  };
  if (market.price_rule === 'band') {
    const utilisation = used[place]! / supply[place]!;
    const { low, high, rate } = market.band;
    return inAll(utilisation > high ? rate : utilisation < low ? -rate : 0);
  }
  const { target, rate, demand_max: most } = market.demand;
  const smoothing = -Math.expm1(spans * Math.log1p(-market.demand.smoothing));
  const x = Math.min(most, demanded[place]! / supply[place]!);
  const old = before[place] ?? null;
  const s = old === null ? x : (1 - smoothing) * old + smoothing * x;
  const stored = after[place] ?? NaN;
  demand(Math.abs(stored - s) < 1e-9, 'demand is smoothed', () => `${RESOURCES[place]}: ${stored}, not ${s}`);
  return inAll(Math.max(-rate, Math.min(rate, rate * (s / target - 1))));
}

/** Winners, what is held, and of every other agent the best competing bid that offers today's reserve. */
function demandedBy(ranked: ClearedMarket['ranked'], winners: ClearedMarket['winners'], held: Quad): Quad {
  const counted = new Set(winners.map(({ agent }) => agent));
  const sum: number[] = [...usedBy(winners, held)];
  for (const { bid, cost } of ranked) {
    if (bid.amount < cost || counted.has(bid.agent)) continue;
    counted.add(bid.agent);
    for (const [place, quantity] of bid.bundle.entries()) sum[place]! += quantity;
  }
  return sum as unknown as Quad;
}

function usedBy(winners: ClearedMarket['winners'], held: Quad): Quad {
  const sum: number[] = [...held];
  for (const { bundle } of winners) for (const [place, quantity] of bundle.entries()) sum[place]! += quantity;
  return sum as unknown as Quad;
}

/** The record of the cycle says what happened. */
export function checkRecord(log: ChangeLog, cycle: number, market: ClearedMarket, books: Books): void {
  const [competing, winners, revenue, head] = log.cycle(cycle) ?? [];
  const due = market.winners.reduce((sum, { price }) => sum + price, 0);
  const isRight =
    competing === market.ranked.length && winners === market.winners.length && revenue === due && head === books.head;
  demand(isRight, 'cycles are recorded', () => `cycle ${cycle}: ${competing}, ${winners}, ${revenue}, ${head}`);
}

/** After a cycle of the running market nobody lives without a tie, nobody dormant is overdue, and no prompt is. */
export function checkLives(mirror: Mirror, { agents, prompts }: Changes, config: Config, moment: Moment): void {
  const changed = new Map(agents.map(({ now }) => [now.id, now]));
  const due = moment.cycle - cyclesOf(config.lifecycle.dormant_seconds, config.market.cycle_seconds);
  for (const known of mirror.agents.values()) {
    const { id, status, dormantSince } = changed.get(known.id) ?? known;
    const told = () => `${id} is ${status} since cycle ${dormantSince}`;
    if (status === 'alive') demand(mirror.hasTie(id), 'who lives has a tie', told);
    else demand(!mirror.hasTie(id), 'who has a tie lives', told);
    if (status === 'dormant') demand((dormantSince ?? 0) > due, 'death comes at its time', told);
  }
  const ttl = config.attention.prompt_ttl_seconds * 1000;
  for (const { now } of prompts)
    if (now.status === 'expired') {
      const openMs = moment.runningMs - (now.openedRunningMs ?? Infinity);
      demand(openMs >= ttl, 'prompts have their time', () => `prompt_${now.id} expired after ${openMs} ms`);
    }
  const news = new Map(prompts.map(({ old, now }) => [now.id, old?.status]));
  for (const { id, status, openedRunningMs } of mirror.prompts.values()) {
    const wasOpen = news.has(id) ? news.get(id) === 'open' : status === 'open';
    demand(!wasOpen || openedRunningMs !== null, 'time is counted', () => `prompt_${id} is open since no time`);
    const openMs = moment.runningMs - (openedRunningMs ?? moment.runningMs);
    demand(status !== 'open' || openMs < ttl, 'prompts expire', () => `prompt_${id} is open since ${openMs} ms`);
  }
}
