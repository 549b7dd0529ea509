import type { Books } from '../../../operator/views/books.ts';
import { Answer } from '../parts/answer.tsx';
import { BooksCharts } from '../parts/books-charts.tsx';
import { BooksSums } from '../parts/books-sums.tsx';
import { credits } from '../shell/figures.ts';
import { Table } from '../parts/table.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';

/** How many days the table shows. */
const DAYS = 60;

/** All credits: where they are, how they came and went, and what the last audit said. */
export function BooksView() {
  const data = useRefreshed<Books>('/api/books', { restMs: 3000 });
  return (
    <div class="view">
      <h1 tabIndex={-1}>Books</h1>
      <Answer data={data}>{(value) => <Shown {...value} />}</Answer>
    </div>
  );
}

function Shown({ days, complete, ...sums }: Books) {
  return (
    <>
      <BooksSums {...sums} />
      {!complete && <p class="notice">Older transfers are still being added up: days end before today.</p>}
      <BooksCharts days={days} />
      <h2>Day by day</h2>
      <Table
        title="Credits by day"
        rows={days.slice(-DAYS).reverse()}
        keyOf={({ day }) => day}
        none="No credit has moved yet."
        columns={[
          { title: 'day (UTC)', cell: ({ day }) => day },
          { title: 'issued', isNumber: true, cell: ({ issued }) => credits(issued) },
          { title: 'paid for executions', isNumber: true, cell: ({ paid }) => credits(paid) },
          { title: 'fees', isNumber: true, cell: ({ fees }) => credits(fees) },
          { title: 'burnt', isNumber: true, cell: ({ burned }) => credits(burned) },
          { title: 'held at its end', isNumber: true, cell: ({ held }) => credits(held) },
        ]}
      />
    </>
  );
}
