import type { Command } from 'commander';
import { parseWhole } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { LIMITS } from '../../operator/views/newest-rows.ts';
import { valueOf } from './command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { printJson, printLines, tableLines, type Column } from './printing.ts';

export interface ListOptions extends GlobalOptions {
  readonly limit?: string;
}

/** How many of the newest rows a table shows, and how many `--json` prints; `export` gives all there are. */
const TABLE_ROWS = 50;
const JSON_ROWS = 10_000;

export const LIMIT_OPTION = [
  '--limit <n>',
  `the newest n; the newest comes last (default: ${TABLE_ROWS}, ${JSON_ROWS} with --json)`,
] as const;

export function limitOf({ limit, json }: ListOptions): number {
  if (limit === undefined) return json ? JSON_ROWS : TABLE_ROWS;
  return valueOf(parseWhole(limit, 'limit', LIMITS));
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
    order = 'newest',
  }: {
    readonly json: boolean | undefined;
    readonly columns: readonly Column<Row>[];
    /** Said where there is no row. */
    readonly none: string;
    readonly limit: number;
    /** Which of them stand here where there are more. */
    readonly order?: 'newest' | 'dearest';
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
  const cut = rows.length === limit ? [`(the ${order} ${limit}; more with --limit)`] : [];
  printLines(stdout, [...tableLines(rows, columns), ...cut]);
}

/** Adds `--json` to a command. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON');
}
