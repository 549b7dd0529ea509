import { allocate, reasonText } from '../../domain/allocation-scheduler.ts';
import { add, type MicroCredits } from '../../domain/credits.ts';
import { wallLimitMs } from '../../domain/execution.ts';
import type { Fate, Winner } from '../../domain/market.ts';
import { NOTHING, plus } from '../../domain/resources.ts';
import type { PendingBid } from '../../store/bids.ts';
import type { Resolution } from '../../store/transfers.ts';
import { chargeRent } from '../money/charge-rent.ts';
import { checkConservation } from '../money/conservation.ts';
import { recordCycle } from './cycle-record.ts';
import type { Economy } from '../economy.ts';
import { expirePrompt } from '../attention/end-prompt.ts';
import { sortTheLiving, type LifeChanges } from '../agents/lifecycle.ts';
import { marketMoment } from './market-moment.ts';
import { marketRules } from './market-rules.ts';
import { movePrices } from './move-prices.ts';
import { bidRef } from './place-bid.ts';
import { placeWaiting } from './repeat-order.ts';
import { endOrderOfBid } from './standing-order.ts';
import { supplyNow } from './supply-now.ts';
import { drawLot } from '../attention/draw-lot.ts';
import { plannedNow } from '../attention/attention-budget.ts';
import { fillSlot, isUnasked, quietNow } from '../attention/prompt-slot.ts';
import { STORE } from '../internal/store-key.ts';

/** More at once nobody would read; the others' turn comes. */
const TOLD_MAX = 16;

/** One turn of the market, after its commit. */
export interface ClearedCycle {
  readonly cycle: number;
  readonly pausedReason: string | null;
  readonly bids: number;
  readonly revenue: MicroCredits;
  /** Executions to be started now. */
  readonly allocated: readonly number[];
  readonly expiredBids: number;
  readonly expiredPrompt: number | undefined;
  readonly lives: LifeChanges;
  /** Agents whose files name packages that were not installed, and that nobody was told of yet. */
  readonly needInstall: readonly string[];
  /** The chain's newest hash, hexadecimal. */
  readonly head: string;
}

/** `clearCycle`, unless the operator has paused the market: then nothing is changed, and it is undefined. */
export function clearUnlessPaused(deps: Economy, running: { readonly runningMs: number }): ClearedCycle | undefined {
  const { [STORE]: store } = deps;
  return store.transaction(() => (store.state.get().operatorPause === null ? clearCycle(deps, running) : undefined));
}

/**
 * One cycle in one transaction: charges rent where it is due, expires the unanswered prompt, draws a lot where one is due, clears the market, moves prices, sorts the living,
 * records it all and checks conservation. `runningMs` is how long the market has run since the last call.
 * Throws `BpError` `conservation_broken`.
 */
export function clearCycle(deps: Economy, { runningMs }: { readonly runningMs: number }): ClearedCycle {
  const { [STORE]: store, clock } = deps;
  const began = clock.monotonic();
  return store.transaction(() => {
    const before = store.state.get();
    const paused = before.pausedReason !== null;
    store.state.advance(clock.now(), paused ? 0 : runningMs);
    chargeRent(deps, before.runningMs);
    const expiredPrompt = expirePrompt(deps, before.runningMs);
    fillSlot(deps);

    const supply = supplyNow(deps);
    const isSpent = plannedNow(deps) !== null;
    const lot = paused || isSpent ? undefined : drawLot(deps, supply);
    const held = plus(store.executions.held(), lot?.flows ?? NOTHING);
    const prices = store.markets.prices();
    const bids = store.bids.pending();
    const rules = marketRules(deps.config);
    const isQuiet = quietNow(deps) !== null;
    const humanAway = isUnasked(deps) || isSpent;
    const moment = marketMoment(deps, { supply, held, paused, humanAway });
    const allocation = allocate({ bids, prices, rules, moment });
    const byId = new Map(bids.map((bid) => [bid.id, bid]));
    const now = { cycle: store.state.get().cycle, at: clock.now() };
    const bought = allocation.winners.map((winner) => win(deps, bidOf(byId, winner.bidId), winner, now));
    const allocated = [...(lot ? [lot.executionId] : []), ...bought];
    const expiredBids = allocation.fates.filter((fate) => passOver(deps, bidOf(byId, fate.bidId), fate, now)).length;
    if (!paused) placeWaiting(deps);
    const lives = paused ? rest(deps) : sortTheLiving(deps);
    const needInstall = store.installs.tellNeeded(TOLD_MAX);
    const movement = movePrices(deps, allocation, {
      ...{ supply, held, prices, paused },
      runningMs: store.state.get().runningMs - before.runningMs,
    });
    const revenue = add(...allocation.winners.map(({ price }) => price));
    checkConservation(deps);
    const { hash: head } = store.transfers.head();
    const { cycle, pausedReason } = store.state.get();
    const durationMs = clock.monotonic() - began;
    const human = { humanAway, isQuiet, isSpent };
    const cleared = { lot: lot?.bidId, allocation, bids, rules, moment, ...human, expiredBids, revenue };
    recordCycle(deps, { ...cleared, supply, held, prices, movement, durationMs });
    const counts = { bids: bids.length, revenue, allocated, expiredBids, expiredPrompt };
    return { cycle, pausedReason, ...counts, lives, needInstall, head };
  });
}

function bidOf(bids: ReadonlyMap<number, PendingBid>, id: number): PendingBid {
  const bid = bids.get(id);
  if (!bid) throw new Error(`the scheduler named bid ${id}, which it was not given`);
  return bid;
}

/** Takes the price, releases the rest of the hold, and makes the execution. Returns its id. */
function win({ [STORE]: store, config }: Economy, bid: PendingBid, winner: Winner, now: Resolution): number {
  const { cycle, at } = now;
  const hold = {
    id: bid.holdId,
    debit: bid.payerId,
    credit: 'system:market',
    amount: bid.amount,
    kind: 'bid',
  } as const;
  store.transfers.postKnown({ ...hold, ref: bidRef(bid.id, bid.attempt) }, winner.price, now);
  store.bids.win(bid.id, cycle, winner.price);
  store.bids.recordFate(bid.id, cycle, 'won');
  return store.executions.insert({
    bidId: bid.id,
    attempt: bid.attempt,
    agentId: bid.agentId,
    payerId: bid.payerId,
    lineageId: bid.lineageId,
    cycle,
    bundle: bid.bundle,
    price: winner.price,
    reserveCost: winner.reserveCost,
    attentionPrice: winner.attentionPrice,
    wallMs: wallLimitMs(bid.bundle.cpuMs, config.sandbox),
    allocatedAt: at,
  });
}

/** Ages a bid that did not win, records why where that is news, or expires it. Returns whether it expired. */
function passOver(deps: Economy, bid: PendingBid, fate: Fate, now: Resolution): boolean {
  const { [STORE]: store } = deps;
  const { cycle } = now;
  const reason = reasonText(fate.reason);
  const isNews = reason !== bid.lastReason;
  if (fate.ages || isNews) store.bids.passOver(bid.id, fate.ages, reason);
  if (isNews) store.bids.recordFate(bid.id, cycle, reason);
  if (!fate.expires) return false;
  store.transfers.void(bid.holdId, now);
  store.bids.end(bid.id, 'expired', cycle, `expired: ${reason}`);
  store.bids.recordFate(bid.id, cycle, `expired: ${reason}`);
  endOrderOfBid(deps, bid.id, 'its bid expired');
  return true;
}

/** A paused market brings nobody nearer to death. */
function rest({ [STORE]: store }: Economy): LifeChanges {
  store.agents.shiftDormancy();
  return { fallen: [], died: [], idle: [] };
}
