/** Text that is read as Markdown, or shown as it stands. */
export interface Stretch {
  readonly isMarkdown: boolean;
  readonly text: string;
}

/** Read as Markdown; what comes after is shown as it stands. */
const CHARS_MAX = 20_000;
/** `> - 1. >` and so on at the beginning of one line: each is one level of nesting. */
const TOO_DEEP = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*){9}/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1)+[ \t]*$/;
/** A table costs its columns times its rows. */
const TABLE_COLUMNS_MAX = 40;

/**
 * Parts the text so that reading it costs little, whatever it is: neither nests deep, nor has too many columns, nor is
 * longer than letters are.
 */
export function stretches(lines: readonly string[]): readonly Stretch[] {
  const parts: { isMarkdown: boolean; lines: string[] }[] = [];
  let chars = 0;
  for (const line of lines) {
    chars += line.length + 1;
    const isMarkdown = chars <= CHARS_MAX && isHarmless(line);
    const last = parts.at(-1);
    if (last?.isMarkdown === isMarkdown) last.lines.push(line);
    else parts.push({ isMarkdown, lines: [line] });
  }
  return parts.map((part) => ({ isMarkdown: part.isMarkdown, text: part.lines.join('\n') }));
}

function isHarmless(line: string): boolean {
  if (TOO_DEEP.test(line) && !RULE.test(line)) return false;
  return line.length <= TABLE_COLUMNS_MAX || (line.match(/\|/g)?.length ?? 0) <= TABLE_COLUMNS_MAX;
}
