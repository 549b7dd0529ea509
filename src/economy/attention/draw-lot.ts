import { ZERO } from '../../domain/credits.ts';
import { wallLimitMs } from '../../domain/execution.ts';
import { allocationsBetween, drawn } from '../../domain/lot.ts';
import { bundleCost, fits, minus, NOTHING, type Bundle, type Quantities } from '../../domain/resources.ts';
import type { WaitingLot } from '../../store/lots.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { longAgo, lotBundle } from './lot-wait.ts';
import { isUnasked } from './prompt-slot.ts';

const RANDOM_BYTES = 8;

/** An execution that was drawn before the market clears, and what it takes of what a cycle sells. */
export interface DrawnLot {
  readonly bidId: number;
  readonly executionId: number;
  readonly flows: Quantities;
}

interface Candidate {
  readonly lot: WaitingLot;
  readonly bundle: Bundle;
}

/**
 * Draws one of those who wait, where attention is free and `attention.lots.share` leaves room: first a lineage that was
 * not heard lately, each as likely as the others, then an agent of it. Its execution costs it nothing now. Runs inside
 * the caller's transaction, before the market clears. Undefined where nobody is drawn.
 */
export function drawLot(deps: Economy, supply: Quantities): DrawnLot | undefined {
  const { [STORE]: store, random } = deps;
  const candidates = candidatesNow(deps, supply);
  const lineages = [...new Set(candidates.map(({ lot }) => lot.lineageId))];
  if (lineages.length === 0) return undefined;
  const lineage = drawn(lineages, random.bytes(RANDOM_BYTES));
  const own = candidates.filter(({ lot }) => lot.lineageId === lineage);
  const winner = drawn(own, random.bytes(RANDOM_BYTES));
  const among = lineages.length === 1 ? 'the only lineage' : `one of ${lineages.length} lineages`;
  return win(store, deps, winner, `won by lot, as ${among}`);
}

function candidatesNow(deps: Economy, supply: Quantities): readonly Candidate[] {
  const { [STORE]: store, config } = deps;
  const { share } = config.attention.lots;
  if (share === 0 || isUnasked(deps)) return [];
  const waiting = store.lots.waiting();
  const between = allocationsBetween(share);
  if (waiting.length === 0 || store.lots.allocationsSince(between) < between) return [];
  const free = minus(supply, store.executions.held());
  if (free.attention < 1) return [];
  const since = longAgo(deps);
  const unheard = new Set(
    [...new Set(waiting.map(({ lineageId }) => lineageId))].filter((id) => !store.lots.wasHeardAfter(id, since)),
  );
  return waiting.flatMap((lot) => {
    const bundle = lotBundle(deps, lot.agentId);
    return bundle && unheard.has(lot.lineageId) && fits(bundle, free) ? [{ lot, bundle }] : [];
  });
}

/** Its bid offers 0 and holds nothing, so there is nothing to give back, whatever becomes of it. */
function win(store: Economy[typeof STORE], deps: Economy, { lot, bundle }: Candidate, reason: string): DrawnLot {
  const { clock, config } = deps;
  const { cycle } = store.state.get();
  const prices = store.markets.prices();
  const reserveCost = bundleCost(bundle, prices);
  const at = clock.now();
  const { agentId, lineageId } = lot;
  const bidId = store.bids.nextId();
  store.lots.insertBid({ id: bidId, agentId, lineageId, bundle, reserve: reserveCost, cycle, at, reason });
  store.bids.recordFate(bidId, cycle, reason);
  const executionId = store.executions.insert({
    ...{ bidId, attempt: 1, agentId, payerId: agentId, lineageId, cycle, bundle },
    ...{ price: ZERO, reserveCost, attentionPrice: prices.attention, allocatedAt: at },
    wallMs: wallLimitMs(bundle.cpuMs, config.sandbox),
  });
  store.lots.win(lot.id, executionId);
  return { bidId, executionId, flows: { ...NOTHING, cpuMs: bundle.cpuMs, tokens: bundle.tokens } };
}
