import { accept, type Result } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { cyclesAcross, recordedCycles } from '../../economy/views/history-view.ts';
import { cycleView, marketStateView } from '../../economy/views/market-view.ts';
import { POINTS_MAX } from '../history/thin-series.ts';

type CycleView = ReturnType<typeof cycleView>;

const CYCLES = { least: 0, most: Number.MAX_SAFE_INTEGER };

export interface MarketSpan {
  /** Cycles, both included; the whole record unless told. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** How many of them, up to the last one; instead of `from`. */
  readonly last?: number | undefined;
}

/** The market over a span of cycles: all of them, or every so many where they are many. Refuses as `checkWhole` does. */
export function marketSeries(economy: Economy, { from, to, last: count }: MarketSpan) {
  return snapshot(economy, (): Result<MarketSeries> => {
    const wrong = [
      from === undefined ? undefined : checkWhole(from, 'from', CYCLES),
      to === undefined ? undefined : checkWhole(to, 'to', CYCLES),
      count === undefined ? undefined : checkWhole(count, 'last', CYCLES),
    ].find((refusal) => refusal !== undefined);
    if (wrong) return wrong;
    const { recent: _, ...now } = marketStateView(economy);
    const kept = recordedCycles(economy);
    if (!kept) return accept({ now, kept: null, every: 1, cycles: [] });
    const last = Math.min(kept.newest, to ?? kept.newest);
    const first = Math.max(kept.oldest, count === undefined ? (from ?? 0) : last - count + 1);
    const every = Math.max(1, Math.ceil((last - first + 1) / POINTS_MAX));
    // The newest cycle is one of them: what is read off the end of a line is how it is now.
    const start = last - Math.floor((last - first) / every) * every;
    const cycles =
      last < first
        ? []
        : cyclesAcross(economy, { from: start, to: last, step: every }).map((it) => pointOf(cycleView(it)));
    return accept({ now, kept, every, cycles });
  });
}

export interface MarketSeries {
  readonly now: Omit<ReturnType<typeof marketStateView>, 'recent'>;
  /** The oldest and the newest cycle on record; null where none is. */
  readonly kept: ReturnType<typeof recordedCycles> | null;
  /** Of how many cycles one is shown. */
  readonly every: number;
  readonly cycles: readonly ReturnType<typeof pointOf>[];
}

/** What of a cycle a line is drawn through. */
function pointOf({ cycle, at, paused, bids, winners, supply, demand, utilisation, prices_after: prices }: CycleView) {
  return { cycle, at, paused, bids, winners, supply, demand, utilisation, prices };
}
