/** Columns of sanitised text. Where terminals disagree, the larger number: a line never is longer than it was counted. */

const WIDE = new RegExp(
  [
    '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}\\p{Script=Yi}',
    '\\p{Script=Tangut}\\p{Script=Nushu}\\p{Script=Khitan_Small_Script}',
    '\\p{Extended_Pictographic}\\p{Emoji_Presentation}',
    '\\u2E80-\\u303E\\u3041-\\u33FF\\uFE10-\\uFE19\\uFE30-\\uFE6F\\uFF01-\\uFF60\\uFFE0-\\uFFE6]',
  ].join(''),
  'u',
);
const MARK = /[\p{Mn}\p{Me}]/u;
/** Nearly everything is ASCII; this spares it the rest. */
const NARROW = /^[\x20-\x7E]*$/;

export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** At most `columns` wide; what was cut off is replaced by `…`. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  return columns < 1 ? '' : `${headOf(text, columns - 1)}…`;
}

/** Filled with spaces up to `columns`. */
export function padToWidth(text: string, columns: number): string {
  return `${text}${' '.repeat(Math.max(0, columns - displayWidth(text)))}`;
}

/** Broken at spaces where possible, anywhere where not. The spaces that a line begins with are kept. */
export function wrapToWidth(text: string, columns: number): readonly string[] {
  return lineBreaks(text, columns).map(({ from, to }) => text.slice(from, to));
}

/** Where a line of a wrapped text begins and ends in it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The lines of `wrapToWidth`, by their places in the text. */
export function lineBreaks(text: string, columns: number): readonly Stretch[] {
  const width = Math.max(2, columns);
  const lines: Stretch[] = [];
  let from = 0;
  for (;;) {
    const end = from + lengthOfHead(text, from, width);
    if (end === text.length) return [...lines, { from, to: end }];
    const space = text[end] === ' ' ? end : text.lastIndexOf(' ', end - 1);
    // A line that would hold nothing but its indentation is broken in the middle of the word instead.
    const to = space < from || isBlank(text, from, space) ? end : space;
    lines.push({ from, to: trimmedEnd(text, from, to) });
    from = to;
    while (text[from] === ' ') from++;
  }
}

function isBlank(text: string, from: number, to: number): boolean {
  return text.slice(from, to).trim() === '';
}

function trimmedEnd(text: string, from: number, to: number): number {
  return from + text.slice(from, to).trimEnd().length;
}

/** The longest beginning that fits. Marks stay with their letter. */
export function headOf(text: string, columns: number): string {
  return text.slice(0, lengthOfHead(text, 0, columns));
}

function lengthOfHead(text: string, from: number, columns: number): number {
  let used = 0;
  let end = from;
  while (end < text.length) {
    const character = String.fromCodePoint(text.codePointAt(end) ?? 0);
    used += widthOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return end - from;
}

function widthOf(character: string): number {
  if (character < '\u007F') return 1;
  if (WIDE.test(character)) return 2;
  return MARK.test(character) ? 0 : 1;
}
