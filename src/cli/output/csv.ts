import type { Cell } from '../../operator/export-tables.ts';
import { makeControlsVisible } from '../../domain/control-characters.ts';

/**
 * What a spreadsheet would take for a formula. It may stand at the beginning of a cell. It may also stand behind what
 * begins a cell for a spreadsheet that has another separator (`;` in much of Europe, a tab) or doesn't see the quotes.
 */
const FORMULA = /(^|[;\t\n])(["'\s]*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu;
const SPECIAL = /[",;\t\n]/;

/** One line of a CSV file (RFC 4180, but with bare line feeds). */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

/**
 * A text that begins like a formula gets a `'` before it, and control characters, which would act on a terminal that
 * shows the file, become visible; numbers stay as they are. The whole text is in the answers of `--json`.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = makeControlsVisible(cell.replaceAll('\r\n', '\n')).replace(FORMULA, "$1'$2");
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
