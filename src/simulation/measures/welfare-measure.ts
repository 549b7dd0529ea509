import { allocate } from '../../domain/allocation-scheduler.ts';
import { clearingOf } from '../../economy/clearing-record.ts';
import type { EconomyDeps } from '../../economy/deps.ts';
import { bestValue, type Solver } from './optimum.ts';
import { allCycles } from './rows.ts';
import { mean } from './statistics.ts';

const SAMPLES = 24;

/**
 * What the winners of sampled cycles offered, as a share of the most that any choice of bundles that fit could have
 * come to: the exact optimum. Only cycles in which somebody had to lose count; nothing where there is none.
 */
export function welfareMeasure({ store }: EconomyDeps, solver: Solver): Readonly<Record<string, number>> {
  const contested = [...allCycles(store)].filter(({ winners, competing }) => winners < competing);
  const step = Math.max(1, Math.floor(contested.length / SAMPLES));
  const shares: number[] = [];
  for (let place = 0; place < contested.length && shares.length < SAMPLES; place += step) {
    const clearing = clearingOf(store, contested[place]!);
    if (!clearing) continue;
    const { ranked, winners } = allocate(clearing.input);
    const won = new Set(winners.map(({ bidId }) => bidId));
    const value = ranked.reduce((total, { bid }) => total + (won.has(bid.id) ? bid.amount : 0), 0);
    const best = bestValue(
      solver,
      ranked.map(({ bid }) => bid),
      clearing.input.moment.freeAtStart,
    );
    if (best > 0) shares.push(value / best);
  }
  return shares.length === 0 ? {} : { 'welfare.share': mean(shares), 'welfare.least': Math.min(...shares) };
}
