import { floorShare, min } from '../../domain/credits.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

const DAY_MS = 86_400_000;
const PARTS_PER_MILLION = 1_000_000;

/**
 * Rent on held credits (off by default). Each `interval_seconds` of running time, every living agent pays that part of
 * the day's share of all that it holds, rounded down, but no more than is available. It goes to `fees`.
 *
 * `beforeMs` is the running time before this cycle. Runs inside the caller's transaction.
 */
export function chargeRent({ [STORE]: store, clock, config }: Economy, beforeMs: number): void {
  const { share_per_day: share, interval_seconds: seconds } = config.economy.rent;
  if (share === 0) return;
  const { cycle, runningMs } = store.state.get();
  const intervalMs = Math.round(seconds * 1000);
  const intervals = Math.floor(runningMs / intervalMs) - Math.floor(beforeMs / intervalMs);
  if (intervals <= 0) return;
  const ppm = Math.round(share * PARTS_PER_MILLION);
  for (const { id, posted, available } of store.accounts.ofLiving()) {
    const due = floorShare(posted, ppm * Math.min(intervals * intervalMs, DAY_MS), PARTS_PER_MILLION * DAY_MS);
    const amount = min(due, available);
    if (amount > 0)
      store.transfers.single({
        ...{ cycle, at: clock.now(), debit: id, credit: 'system:fees', amount, kind: 'rent' },
        ref: `${id}/${cycle}`,
      });
  }
}
