const ROWS = 1000;

/** Every row of a table that is read from the oldest on, a few at a time. */
export function* allRows<Row>(
  rowsAfter: (after: number, limit: number) => readonly Row[],
  numberOf: (row: Row) => number,
): Generator<Row> {
  for (let after = 0; ;) {
    const rows = rowsAfter(after, ROWS);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS) return;
    after = numberOf(last);
  }
}
