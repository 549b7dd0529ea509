import type { Command } from 'commander';
import { parseWhole } from './arguments.ts';
import type { CliDeps } from './deps.ts';
import type { Home } from '../operator/home.ts';
import { valueOf } from './failure.ts';
import type { GlobalOptions } from './home.ts';
import { printJson, printLines, tableLines, type Column } from './output.ts';

export interface ListOptions extends GlobalOptions {
  readonly limit?: string;
}

/** How many of the newest rows a table shows, and how many `--json` prints; `export` gives all there are. */
const TABLE_ROWS = 50;
const JSON_ROWS = 10_000;
const ROWS_MAX = 1_000_000;
const PAGE_ROWS = 1000;
const NEWEST = Number.MAX_SAFE_INTEGER;

export const LIMIT_OPTION = [
  '--limit <n>',
  `the newest n; the newest comes last (default: ${TABLE_ROWS}, ${JSON_ROWS} with --json)`,
] as const;

export function limitOf({ limit, json }: ListOptions): number {
  if (limit === undefined) return json ? JSON_ROWS : TABLE_ROWS;
  return valueOf(parseWhole(limit, 'limit', { least: 1, most: ROWS_MAX }));
}

/** A page of a table, the newest row first, with numbers under `before`. */
export type Page<Row> = (before: number, limit: number) => readonly Row[];

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

/** What a command that lists shows: JSON as a flat list, or a table. */
export function printList<Row>(
  { stdout }: CliDeps,
  rows: readonly Row[],
  {
    json,
    columns,
    none,
    limit,
  }: {
    readonly json: boolean | undefined;
    readonly columns: readonly Column<Row>[];
    /** Said where there is no row. */
    readonly none: string;
    readonly limit: number;
  },
): void {
  if (json) {
    printJson(stdout, rows);
    return;
  }
  if (rows.length === 0) {
    printLines(stdout, [none]);
    return;
  }
  const cut = rows.length === limit ? [`(the newest ${limit}; more with --limit)`] : [];
  printLines(stdout, [...tableLines(rows, columns), ...cut]);
}

/** Everything that a command shows is read from one snapshot. */
export function readHome<T>({ economy }: Home, read: () => T): T {
  return economy.store.read(read);
}

/** Adds `--json` to a command. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON');
}
