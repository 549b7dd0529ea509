import type { Refusal } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';

/** How many rows may be asked for at once; `export` gives all there are. */
export const LIMITS = { least: 1, most: 1_000_000 };

const PAGE_ROWS = 1000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** A page of a table, the newest row first, with numbers under `before`. */
export type Page<Row> = (before: number, limit: number) => readonly Row[];

/** Refuses as `checkWhole` does. */
export function checkLimit(limit: number): Refusal | undefined {
  return checkWhole(limit, 'limit', LIMITS);
}

/** The newest `limit` rows that are to be kept, the newest last. */
export function newestRows<Row>(
  page: Page<Row>,
  limit: number,
  { numberOf, keep = () => true }: { readonly numberOf: (row: Row) => number; readonly keep?: (row: Row) => boolean },
): readonly Row[] {
  const found: Row[] = [];
  let before = NEWEST;
  while (found.length < limit) {
    const rows = page(before, PAGE_ROWS);
    for (const row of rows) if (found.length < limit && keep(row)) found.push(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) break;
    before = numberOf(last);
  }
  return found.reverse();
}
