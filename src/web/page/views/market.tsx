import { useState } from 'preact/hooks';
import type { MarketSeries } from '../../../operator/views/market-series.ts';
import { Answer } from '../parts/answer.tsx';
import { Facts } from '../parts/facts.tsx';
import { figure } from '../parts/amounts.ts';
import { credits } from '../shell/figures.ts';
import { ChoiceFilter, Filters, TextFilter } from '../parts/filters.tsx';
import { MarketCharts, RESOURCE_NAMES, RESOURCES } from '../parts/market-charts.tsx';
import { Table } from '../parts/table.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';

/** How many of the newest cycles; all of them, or a span of one's own. */
const OWN = 'own';
const SPANS = [
  ['100', 'last 100 cycles'],
  ['1000', 'last 1,000 cycles'],
  ['10000', 'last 10,000 cycles'],
  ['all', 'all on record'],
  [OWN, 'from … to …'],
] as const;

/** What is for sale, what it costs and how it is used, over any span of cycles. */
export function MarketView() {
  const [span, setSpan] = useState('1000');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const query = new URLSearchParams();
  if (span === OWN) {
    if (/^\d+$/.test(from)) query.set('from', from);
    if (/^\d+$/.test(to)) query.set('to', to);
  } else if (span !== 'all') query.set('last', span);
  const data = useRefreshed<MarketSeries>(`/api/market?${query.toString()}`, { restMs: 2000 });
  return (
    <div class="view">
      <h1 tabIndex={-1}>Market</h1>
      <Filters>
        <ChoiceFilter title="Span" value={span} onValue={setSpan} choices={SPANS} />
        {span === OWN && <TextFilter title="From cycle" value={from} onValue={setFrom} />}
        {span === OWN && <TextFilter title="To cycle" value={to} onValue={setTo} />}
      </Filters>
      <Answer data={data}>{(value) => <Shown {...value} />}</Answer>
    </div>
  );
}

function Shown({ now, every, cycles }: MarketSeries) {
  return (
    <>
      <Table
        title="Resources now"
        rows={RESOURCES.filter((resource) => now.markets[resource].supply > 0)}
        keyOf={(resource) => resource}
        none="Nothing is for sale."
        columns={[
          { title: 'resource', cell: (resource) => RESOURCE_NAMES[resource] },
          { title: 'price', isNumber: true, cell: (resource) => credits(now.markets[resource].price) },
          { title: 'at first', isNumber: true, cell: (resource) => credits(now.markets[resource].start_price) },
          { title: 'supply a cycle', isNumber: true, cell: (resource) => figure(now.markets[resource].supply) },
          { title: 'free', isNumber: true, cell: (resource) => figure(now.markets[resource].free) },
          {
            title: 'used last',
            isNumber: true,
            cell: (resource) => `${figure(now.markets[resource].utilisation * 100, 0)} %`,
          },
        ]}
      />
      <Facts
        facts={[
          ['cycle', figure(now.cycle)],
          ['bids that wait', figure(now.pending_bids)],
          ['a bare execution costs', credits(now.bare_execution_cost)],
          ['a child takes at least', credits(now.least_endowment)],
          ['a message costs', credits(now.message_fee)],
          ['paused', now.paused ?? undefined],
        ]}
      />
      {every > 1 && <p class="muted small">Lines go through every {figure(every)}th cycle of the span.</p>}
      <MarketCharts cycles={cycles} />
    </>
  );
}
