/** Quotes and lists within each other on one line. A parser goes one call deeper for each. */
const NESTED_MAX = 8;
/** Columns of a table: each of its rows, however short, has as many cells. */
const COLUMNS_MAX = 20;

const MARKER = /[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))/y;
const TABLE_RULE = /^[\s>|:\-+*\d.)]*$/u;

/** The same Markdown, in which what would cost a parser too much is escaped: it then shows as it was written. */
export function tame(lines: readonly string[]): string {
  return lines.map((line) => withoutWideTable(withoutDeepNesting(line))).join('\n');
}

function withoutDeepNesting(line: string): string {
  let end = 0;
  for (let depth = 0; depth <= NESTED_MAX; depth++) {
    MARKER.lastIndex = end;
    if (!MARKER.test(line)) return line;
    if (depth < NESTED_MAX) end = MARKER.lastIndex;
  }
  const marker = line.slice(end);
  return line.slice(0, end) + marker.replace(/[>\-+*.)]/u, '\\$&');
}

function withoutWideTable(line: string): string {
  if (line.split('|', COLUMNS_MAX + 2).length <= COLUMNS_MAX + 1 || !TABLE_RULE.test(line)) return line;
  return line.replace('|', '\\|');
}
