import type { ReportData } from '../../../operator/report/report-data.ts';
import { BooksCharts } from '../parts/books-charts.tsx';
import { BooksSums } from '../parts/books-sums.tsx';
import { Facts } from '../parts/facts.tsx';
import { figure } from '../parts/amounts.ts';
import { MarketCharts } from '../parts/market-charts.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { Tree } from '../parts/tree.tsx';
import { counted, credits } from '../shell/figures.ts';
import { familyTree } from './family-tree.ts';
import { Balances, Marks, Slots } from './report-charts.tsx';
import { ReceiptSection } from './receipt-section.tsx';

const SECTIONS = {
  agents: 'Agents',
  lineage: 'Lineage',
  attention: 'Attention',
  receipts: 'Receipts',
  market: 'Market',
  books: 'Books',
} as const;

/** All of an economy at one moment, on one page. */
export function Report(data: ReportData) {
  const { agents, prompts, receipts, richest, family, market } = data;
  return (
    <main class="report">
      <Head {...data} />
      <Facts
        facts={[
          ['alive', figure(agents.alive)],
          ['dormant', figure(agents.dormant)],
          ['dead', figure(agents.dead)],
          ['executions', figure(receipts.executions)],
          ['prompts that wait', figure(prompts.open + prompts.queued)],
          ['held by agents', credits(data.credits.held)],
          ['issued', credits(data.credits.issued)],
        ]}
      />
      <section id="agents">
        <h2>{SECTIONS.agents}</h2>
        <Balances balances={data.balances} />
        <Richest richest={richest} />
      </section>
      <section id="lineage">
        <h2>{SECTIONS.lineage}</h2>
        <Tree title="Who descends from whom" load={familyTree(family)} />
        {family.left_out > 0 && <p class="muted">{counted(family.left_out, 'younger agent')} left out.</p>}
      </section>
      <section id="attention">
        <h2>{SECTIONS.attention}</h2>
        <div class="charts">
          <Marks marks={data.marks} />
          <Slots slots={data.slots} />
        </div>
      </section>
      <section id="receipts">
        <h2>{SECTIONS.receipts}</h2>
        <ReceiptSection receipts={receipts} />
      </section>
      <section id="market">
        <h2>{SECTIONS.market}</h2>
        {market.every > 1 && <p class="muted small">Lines go through every {figure(market.every)}th cycle.</p>}
        <MarketCharts cycles={market.cycles} />
      </section>
      <section id="books">
        <h2>{SECTIONS.books}</h2>
        <BooksSums {...data.books} />
        <BooksCharts days={data.books.days} />
      </section>
    </main>
  );
}

function Head({ made_at: madeAt, cycle }: ReportData) {
  return (
    <header>
      <h1>bp-agents, cycle {figure(cycle)}</h1>
      <p class="muted">
        Made <Time at={madeAt} />. It holds figures and the ids of agents, and no text that an agent wrote.
      </p>
      <nav aria-label="Sections">
        <ul class="sections">
          {Object.entries(SECTIONS).map(([id, title]) => (
            <li key={id}>
              <a href={`#${id}`}>{title}</a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

function Richest({ richest }: Pick<ReportData, 'richest'>) {
  return (
    <Table
      title="Agents with the most credits"
      rows={richest}
      keyOf={({ id }) => id}
      none="No agent was made yet."
      columns={[
        { title: 'agent', cell: ({ id }) => id },
        { title: 'status', cell: ({ status }) => <span class={`status ${status}`}>{status}</span> },
        { title: 'credits', isNumber: true, cell: ({ available }) => credits(available) },
        { title: 'in bids', isNumber: true, cell: ({ pending }) => credits(pending) },
        { title: 'earned', isNumber: true, cell: ({ earned }) => credits(earned) },
        { title: 'parent', cell: ({ parent }) => parent ?? '–' },
      ]}
    />
  );
}
