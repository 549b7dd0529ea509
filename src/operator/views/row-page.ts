import type { Refusal } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Page } from './newest-rows.ts';

/** How many rows of a table may be asked for at once by whoever shows them page by page. */
const PAGE_LIMITS = { least: 1, most: 200 };

/** How many are looked through for one page: a rare kind of row is looked for page by page, too. */
const SEEN_MAX = 2000;
const SEEN_ROWS = 500;

/** One page of a table, the newest row first. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** What to give as `before` for what is older; null where nothing is. */
  readonly next: number | null;
}

/** Refuses as `checkWhole` does. */
export function checkPage({
  limit,
  before,
}: {
  readonly limit: number;
  readonly before?: number | undefined;
}): Refusal | undefined {
  return (
    checkWhole(limit, 'limit', PAGE_LIMITS) ??
    (before === undefined ? undefined : checkWhole(before, 'before', { least: 1, most: Number.MAX_SAFE_INTEGER }))
  );
}

/** Rows with numbers under `before` that are to be kept: at most `limit`, and fewer where few of many are. */
export function rowPage<Row>(
  page: Page<Row>,
  { limit, before = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly before?: number | undefined },
  { numberOf, keep }: { readonly numberOf: (row: Row) => number; readonly keep?: (row: Row) => boolean },
): RowPage<Row> {
  const count = keep ? SEEN_ROWS : limit;
  const found: Row[] = [];
  let last = before;
  for (let seen = 0; seen < SEEN_MAX; seen += count) {
    const rows = page(last, count);
    for (const row of rows) {
      last = numberOf(row);
      if (!keep || keep(row)) found.push(row);
      if (found.length === limit) return { rows: found, next: last };
    }
    if (rows.length < count) return { rows: found, next: null };
  }
  return { rows: found, next: last };
}
