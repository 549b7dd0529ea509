import { allocate } from '../../domain/allocation-scheduler.ts';
import { clearingOf } from '../../economy/market/clearing-record.ts';
import type { Economy } from '../../economy/economy.ts';
import type { Solver } from './knapsack.ts';
import { bestValue } from './optimum.ts';
import { allCycles } from './rows.ts';
import { mean } from './statistics.ts';
import { STORE } from '../../economy/internal/store-key.ts';

const SAMPLES = 24;
/** A cycle whose optimum isn't found in this time isn't counted. None of the scenarios comes near it. */
const SECONDS_MAX = 10;

/** A larger market's exact optimum could take hours, and how many bids there are the agents decide. */
const BIDS_MAX = 150;

/**
 * What the winners of sampled cycles offered, as a share of the exact optimum: the most that any choice of bundles that
 * fit could have come to. Only cycles count in which somebody had to lose and at most `BIDS_MAX` bids competed. Nothing
 * where there is none.
 */
export function welfareMeasure({ [STORE]: store }: Economy, solver: Solver): Readonly<Record<string, number>> {
  const contested = [...allCycles(store)].filter(
    ({ winners, competing }) => winners < competing && competing <= BIDS_MAX,
  );
  const step = Math.max(1, Math.floor(contested.length / SAMPLES));
  const shares: number[] = [];
  for (let place = 0; place < contested.length && shares.length < SAMPLES; place += step) {
    const clearing = clearingOf(store, contested[place]!);
    if (!clearing) continue;
    const { ranked, winners } = allocate(clearing.input);
    const won = new Set(winners.map(({ bidId }) => bidId));
    const value = ranked.reduce((total, { bid }) => total + (won.has(bid.id) ? bid.amount : 0), 0);
    const bids = ranked.map(({ bid }) => bid);
    const best = bestValue(solver, bids, clearing.input.moment.freeAtStart, { seconds: SECONDS_MAX });
    if (best !== undefined && best > 0) shares.push(value / best);
  }
  return shares.length === 0 ? {} : { 'welfare.share': mean(shares), 'welfare.least': Math.min(...shares) };
}
