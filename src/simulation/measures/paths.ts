import { toCredits } from '../../domain/credits.ts';
import { RESOURCES, type BundleView } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import { allCycles } from './rows.ts';
import { mean } from './statistics.ts';
import { STORE } from '../../economy/internal/store-key.ts';

/** One stretch of time: `hour`, its end, and the means over it by name, such as `price.cpu_seconds`. */
export type PathPoint = Readonly<Record<string, number>>;

const POINTS = 200;

/** How prices (as multiples of the start price) and utilisation went, in at most 200 points. */
export function paths({ [STORE]: store, config, derived }: Economy): readonly PathPoint[] {
  const cycles = [...allCycles(store)].reverse();
  const size = Math.max(1, Math.ceil(cycles.length / POINTS));
  const sold = RESOURCES.filter((name) => derived.startPrices[name] > 0);
  return Array.from({ length: Math.ceil(cycles.length / size) }, (_, point) => {
    const stretch = cycles.slice(point * size, (point + 1) * size);
    const meanOf = (column: 'pricesAfter' | 'utilisation', name: keyof BundleView) =>
      mean(stretch.map((cycle) => (JSON.parse(cycle[column]) as BundleView)[name]));
    const hour = ((stretch.at(-1)?.cycle ?? 0) * config.market.cycle_seconds) / 3600;
    return {
      hour,
      ...Object.fromEntries(
        sold.flatMap((name) => [
          [`price.${name}`, meanOf('pricesAfter', name) / toCredits(derived.startPrices[name])],
          [`used.${name}`, meanOf('utilisation', name)],
        ]),
      ),
    };
  });
}
