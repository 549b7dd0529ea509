import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Figures stand below each other. */
  readonly isNumber?: boolean;
  /** What the server calls this order; without it the table isn't sorted by this column. */
  readonly sort?: string;
  /** Somebody's own words, which may be long. */
  readonly isWords?: boolean;
  /** Left out where there is little room. */
  readonly isExtra?: boolean;
}

export interface Order {
  readonly sort: string;
  readonly isDescending: boolean;
}

interface TableProps<Row> {
  /** What the rows are. */
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly none: string;
  readonly order?: Order | undefined;
  readonly onOrder?: ((order: Order) => void) | undefined;
}

/**
 * Rows of one kind. Tab goes through their links as everywhere; the arrow keys go from row to row, Home to the first and
 * End to the last.
 */
export function Table<Row>({ title, columns, rows, keyOf, none, order, onOrder }: TableProps<Row>) {
  if (rows.length === 0) return <p class="none">{none}</p>;
  return (
    <div class="sheet">
      <table class="rows cards" onKeyDown={moveAmongRows}>
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.title} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map((column) => (
                <td key={column.title} class={classOf(column)} data-title={column.title}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({
  column,
  order,
  onOrder,
}: Pick<TableProps<Row>, 'order' | 'onOrder'> & { readonly column: Column<Row> }) {
  const { sort, title } = column;
  if (sort === undefined || !onOrder)
    return (
      <th scope="col" class={classOf(column)}>
        {title}
      </th>
    );
  const isSorted = order?.sort === sort;
  const direction = order?.isDescending === true ? 'descending' : 'ascending';
  return (
    <th scope="col" class={classOf(column)} aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        class="heading"
        onClick={() => onOrder({ sort, isDescending: !(isSorted && order.isDescending) })}
      >
        {title}
        <span aria-hidden="true">{isSorted ? (direction === 'descending' ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function classOf<Row>({ isNumber, isWords, isExtra }: Column<Row>): string {
  const names = { right: isNumber, words: isWords, extra: isExtra };
  return Object.entries(names)
    .flatMap(([name, isMeant]) => (isMeant === true ? [name] : []))
    .join(' ');
}

function moveAmongRows(event: KeyboardEvent): void {
  const row = (event.target as Element).closest('tbody tr');
  const to =
    row && { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling, ...endsOf(row) }[event.key];
  const link = to?.querySelector<HTMLElement>('a, button');
  if (!link) return;
  event.preventDefault();
  link.focus();
}

function endsOf(row: Element): Readonly<Record<string, Element | null | undefined>> {
  return { Home: row.parentElement?.firstElementChild, End: row.parentElement?.lastElementChild };
}
