import { useMemo } from 'preact/hooks';
import type { Books } from '../../../operator/views/books.ts';
import { Chart } from './chart.tsx';

const KINDS = { issued: 'issued', paid: 'paid for executions', fees: 'fees', burned: 'burnt' } as const;

/** What agents hold, and what came and went, day by day. */
export function BooksCharts({ days }: { readonly days: Books['days'] }) {
  const { held, moved } = useMemo(() => linesOf(days), [days]);
  return (
    <div class="charts">
      <Chart title="Held by agents at each day’s end" {...held} least={0} />
      <Chart title="Credits a day" {...moved} least={0} />
    </div>
  );
}

function linesOf(days: Books['days']) {
  const times = days.map(({ day }) => Date.parse(day));
  const kinds = Object.entries(KINDS) as [keyof typeof KINDS, string][];
  return {
    held: { times, lines: [{ name: 'held', values: days.map(({ held }) => held) }] },
    moved: { times, lines: kinds.map(([kind, name]) => ({ name, values: days.map((day) => day[kind]) })) },
  };
}
