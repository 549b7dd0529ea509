/** One line of a chart. */
export interface Line {
  readonly name: string;
  /** As many as there are times; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** How many rows the table beside a chart has at most. */
const ROWS_MAX = 60;

/** A sentence for who doesn't see the line. */
export function lineText({ name, values }: Line, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${name}: no figure`;
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
  return `${name}: from ${format(known[0] ?? last)} to ${format(last)}, at least ${format(least)}, at most ${format(most)}`;
}

/** Which of so many points the table shows: evenly spread, the last one always. */
export function tableRows(count: number): readonly number[] {
  const step = Math.max(1, Math.ceil(count / ROWS_MAX));
  const rows: number[] = [];
  for (let row = count - 1; row >= 0; row -= step) rows.push(row);
  return rows;
}
