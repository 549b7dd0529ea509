/** Quotes and lists within each other on one line. A parser goes one call deeper for each. */
const NESTED_MAX = 8;
/** Columns of a table: each of its rows, however short, has as many cells. */
const COLUMNS_MAX = 20;

const MARKER = /[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))/y;
/** A rule across the page, which looks like lists within each other. */
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/u;
const TABLE_RULE = /^[\s>|:\-+*\d.)]*$/u;

/** Stands before a sign that must not act. No line that was made visible holds one. */
const SHIELD = '\uE000';

/** Visible lines as one text, in which signs that would cost a parser too much are shielded: it takes them for letters. */
export function tame(lines: readonly string[]): string {
  return lines.map((line) => withoutWideTable(withoutDeepNesting(line))).join('\n');
}

/** A piece of such a text, as it was written. */
export function untamed(text: string): string {
  return text.replaceAll(SHIELD, '');
}

function withoutDeepNesting(line: string): string {
  if (RULE.test(line)) return line;
  let end = 0;
  for (let depth = 0; depth <= NESTED_MAX; depth++) {
    MARKER.lastIndex = end;
    if (!MARKER.test(line)) return line;
    if (depth < NESTED_MAX) end = MARKER.lastIndex;
  }
  const marker = line.slice(end);
  return line.slice(0, end) + marker.replace(/[>\-+*\d]/u, `${SHIELD}$&`);
}

function withoutWideTable(line: string): string {
  if (line.split('|', COLUMNS_MAX + 2).length <= COLUMNS_MAX + 1 || !TABLE_RULE.test(line)) return line;
  return line.replace('|', `${SHIELD}|`);
}
