import { useMemo } from 'preact/hooks';
import type { MarketSeries } from '../../../operator/views/market-series.ts';
import { Chart } from './chart.tsx';
import { figure } from './amounts.ts';

export const RESOURCES = ['cpu_seconds', 'memory_mb', 'tokens', 'attention'] as const;
export const RESOURCE_NAMES = {
  cpu_seconds: 'a CPU second',
  memory_mb: 'a MB',
  tokens: 'a token',
  attention: 'attention',
} as const;
const SUPPLY_NAMES = { cpu_seconds: 'CPU seconds', memory_mb: 'MB', tokens: 'tokens', attention: 'attention' } as const;

/** By resource, as cycles have them: read from the record, so nothing is taken for granted. */
function ofResource(values: unknown, resource: (typeof RESOURCES)[number]): number | null {
  const value = (values as Readonly<Record<string, unknown>> | null)?.[resource];
  return typeof value === 'number' ? value : null;
}

/** Prices, use and supply of what there is to buy, and how many bid for it. */
export function MarketCharts({ cycles }: { readonly cycles: MarketSeries['cycles'] }) {
  const lines = useMemo(() => linesOf(cycles), [cycles]);
  return (
    <div class="charts">
      {lines.prices.map(({ resource, line }) => (
        <Chart key={resource} title={`Price of ${RESOURCE_NAMES[resource]}, in credits`} {...line} least={0} />
      ))}
      <Chart title="Use, of what was for sale" {...lines.use} least={0} most={1} format={percent} />
      <Chart title="Bids that stood, and winners" {...lines.bids} least={0} />
      {lines.supply.map(({ resource, line }) => (
        <Chart key={resource} title={`Supply of ${SUPPLY_NAMES[resource]} a cycle, and demand`} {...line} least={0} />
      ))}
    </div>
  );
}

function percent(value: number): string {
  return `${figure(value * 100, 0)} %`;
}

function linesOf(cycles: MarketSeries['cycles']) {
  const times = cycles.map(({ at }) => Date.parse(at));
  // What was never for sale has no line.
  const sold = RESOURCES.filter((resource) => cycles.some(({ supply }) => (ofResource(supply, resource) ?? 0) > 0));
  const values = (key: 'prices' | 'supply' | 'demand' | 'utilisation', resource: (typeof RESOURCES)[number]) =>
    cycles.map((cycle) => ofResource(cycle[key], resource));
  return {
    prices: sold.map((resource) => ({
      resource,
      line: { times, lines: [{ name: 'price', values: values('prices', resource) }] },
    })),
    use: {
      times,
      lines: sold.map((resource) => ({ name: SUPPLY_NAMES[resource], values: values('utilisation', resource) })),
    },
    bids: {
      times,
      lines: [
        { name: 'bids', values: cycles.map(({ bids }) => bids) },
        { name: 'winners', values: cycles.map(({ winners }) => winners) },
      ],
    },
    supply: sold.map((resource) => ({
      resource,
      line: {
        times,
        lines: [
          { name: 'supply', values: values('supply', resource) },
          { name: 'demand', values: values('demand', resource) },
        ],
      },
    })),
  };
}
