import { RESOURCES, type BundleView } from '../../domain/resources.ts';
import { toCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import { allBids, allCycles } from './rows.ts';
import { largest, mean, quantile, smallest } from './statistics.ts';
import { STORE } from '../../economy/internal/store-key.ts';

/** The beginning is left out of means: prices have to find their place first. */
const SETTLING_SHARE = 0.1;
/** A price sways from cycle to cycle: where it ended is the mean of the last part. */
const END_SHARE = 0.25;

/** Prices as multiples of the start price, utilisation, and how long bids wait. Nothing before the first cycle. */
export function marketMeasures({ [STORE]: store, derived }: Economy) {
  const cycles = [...allCycles(store)].reverse();
  if (cycles.length === 0) return {};
  const settled = cycles.slice(Math.floor(cycles.length * SETTLING_SHARE));
  const sold = RESOURCES.filter((name) => derived.startPrices[name] > 0);
  const prices = settled.map((cycle) => JSON.parse(cycle.pricesAfter) as BundleView);
  const used = settled.map((cycle) => JSON.parse(cycle.utilisation) as BundleView);
  const attention = cycles.map((cycle) => (JSON.parse(cycle.pricesAfter) as BundleView).attention);
  const utilisation = sold.map((name) => [name, mean(used.map((it) => it[name]))] as const);
  return {
    ...Object.fromEntries(
      sold.flatMap((name) => {
        const path = prices.map((it) => it[name] / toCredits(derived.startPrices[name]));
        return [
          [`price.${name}`, path.at(-1) ?? Number.NaN],
          [`price_mean.${name}`, mean(path)],
          [`price_end.${name}`, mean(path.slice(-Math.ceil(path.length * END_SHARE)))],
        ];
      }),
    ),
    'price.attention_range': largest(attention) - smallest(attention),
    ...Object.fromEntries(utilisation.map(([name, share]) => [`used.${name}`, share])),
    'used.bottleneck': largest(utilisation.filter(([name]) => name !== 'attention').map(([, share]) => share)),
    ...waits(store),
  };
}

/** In cycles in which a bid competed and did not win. */
function waits(store: Economy[typeof STORE]) {
  const [won, wonAtReserve]: [number[], number[]] = [[], []];
  let [expired, expiredAtReserve] = [0, 0];
  for (const { status, passedOver, amount, reserveAtPlacing } of allBids(store)) {
    const isAtReserve = amount === reserveAtPlacing;
    if (status === 'won') {
      won.push(passedOver);
      if (isAtReserve) wonAtReserve.push(passedOver);
    } else if (status === 'expired') {
      expired++;
      if (isAtReserve) expiredAtReserve++;
    }
  }
  const atReserve = wonAtReserve.length + expiredAtReserve;
  return {
    'bids.won': won.length,
    'bids.expired': expired,
    'wait.mean': won.length === 0 ? 0 : mean(won),
    'wait.p99': won.length === 0 ? 0 : quantile(won, 0.99),
    'wait.longest': won.length === 0 ? 0 : largest(won),
    ...(atReserve > 0 && {
      'bids.reserve_won_share': wonAtReserve.length / atReserve,
      'wait.reserve_longest': wonAtReserve.length === 0 ? 0 : largest(wonAtReserve),
    }),
  };
}
