import type { Writable } from 'node:stream';
import { sanitiseLine } from '../../terminal/sanitise.ts';
import { cutToWidth, displayWidth, padToWidth, wrapToWidth } from '../../terminal/width.ts';

/** Control and format characters, separators, and what has no meaning: as numbers they are the same JSON. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  /** Numbers are easier to compare at the right. */
  readonly right?: boolean;
  /** Shown however long it is. */
  readonly whole?: boolean;
}

const CELL_COLUMNS_MAX = 60;

/** One line each, made safe for a terminal whatever stands in them. */
export function printLines(output: Writable, lines: readonly string[]): void {
  if (lines.length > 0) output.write(lines.map((line) => `${sanitiseLine(line, Infinity)}\n`).join(''));
}

/** The same for sentences: a terminal's line ends between two words. */
export function printProse(
  output: Writable & { readonly columns?: number | undefined },
  lines: readonly string[],
): void {
  const { columns } = output;
  const safe = lines.map((line) => sanitiseLine(line, Infinity));
  printLines(output, columns === undefined ? safe : safe.flatMap((line) => wrapToWidth(line, columns)));
}

/** The value as indented JSON that a terminal can show safely. */
export function printJson(output: Writable, value: unknown): void {
  output.write(`${safeJson(value)}\n`);
}

/** The same in one line. */
export function printJsonLine(output: Writable, value: unknown): void {
  output.write(`${safeJson(value, 0)}\n`);
}

function safeJson(value: unknown, indent = 2): string {
  // A line break is JSON's own; inside a text it is already escaped.
  return JSON.stringify(value, undefined, indent).replaceAll(UNSAFE, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

/** Aligned columns under their titles. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): readonly string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value, whole }) => cellOf(value(row), whole ? Infinity : CELL_COLUMNS_MAX))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => displayWidth(line[index] ?? ''))));
  return cells.map((line) =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        if (columns[index]?.right) return `${' '.repeat(Math.max(0, width - displayWidth(cell)))}${cell}`;
        return index === columns.length - 1 ? cell : padToWidth(cell, width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function cellOf(value: string | number | null, columnsMax: number): string {
  if (value === null) return '-';
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  return cutToWidth(sanitiseLine(value, 2000), columnsMax);
}

/** A character outside the basic plane is two units. */
function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
