import type { Block } from '../../operator/letter/letter.ts';
import { line, lineWidth, padLine, textOf, wrapLine, type Line } from '../styled.ts';
import { displayWidth } from '../width.ts';
import { spanLine, type Signs } from './span-lines.ts';

type Table = Extract<Block, { kind: 'table' }>;

const GAP = '  ';
/** Narrower than this a column says nothing. */
const COLUMN_MIN = 6;

/** As columns that fit the width; undefined where there are too many. */
export function tableLines(
  { align, head, rows: body }: Table,
  columns: number,
  signs: Signs,
): readonly Line[] | undefined {
  const header = head.map((cell) => spanLine(cell, signs, 'strong'));
  const rows = body.map((row) => row.map((cell) => spanLine(cell, signs)));
  const inColumns = header.map((cell, index) => [cell, ...rows.map((row) => row[index] ?? [])]);
  const natural = inColumns.map((cells) => Math.max(1, ...cells.map(lineWidth)));
  const widths = fitted(natural, inColumns.map(longestWord), columns - GAP.length * (natural.length - 1));
  if (!widths) return undefined;
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  const shown = (cells: readonly Line[]) => rowLines(cells, widths, align);
  return [...shown(header), line(rule, 'dim'), ...rows.flatMap(shown)];
}

/** The widest give way first; a word is broken only where nothing else helps. */
function fitted(natural: readonly number[], words: readonly number[], room: number): readonly number[] | undefined {
  for (const least of [words, natural.map(() => 1)]) {
    const at = (limit: number) => natural.map((width, index) => Math.min(width, Math.max(limit, least[index] ?? 1)));
    const total = (limit: number) => at(limit).reduce((sum, width) => sum + width, 0);
    let limit = Math.max(...natural);
    while (limit > COLUMN_MIN && total(limit) > room) limit--;
    if (total(limit) <= room) return at(limit);
  }
  return undefined;
}

function longestWord(cells: readonly Line[]): number {
  return Math.max(1, ...cells.flatMap((cell) => textOf(cell).split(' ').map(displayWidth)));
}

function rowLines(cells: readonly Line[], widths: readonly number[], align: Table['align']): readonly Line[] {
  const wrapped = widths.map((width, index) => wrapLine(cells[index] ?? [], width));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) =>
    widths.flatMap((width, index) => [
      ...(index === 0 ? [] : line(GAP)),
      ...aligned(wrapped[index]?.[row] ?? [], width, align[index] ?? 'left'),
    ]),
  );
}

function aligned(cell: Line, width: number, to: 'left' | 'center' | 'right'): Line {
  const room = Math.max(0, width - lineWidth(cell));
  const before = to === 'right' ? room : to === 'center' ? Math.floor(room / 2) : 0;
  return padLine([...line(' '.repeat(before)), ...cell], width);
}
