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
  const width = Math.max(2, columns);
  const lines: string[] = [];
  let rest = text;
  for (;;) {
    const head = headOf(rest, width);
    if (head.length === rest.length) return [...lines, rest];
    const space = rest[head.length] === ' ' ? head.length : head.lastIndexOf(' ');
    // A line that would hold nothing but its indentation is broken in the middle of the word instead.
    const at = head.slice(0, Math.max(0, space)).trim() === '' ? head.length : space;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).replace(/^ +/, '');
  }
}

/** The longest beginning that fits. Marks stay with their letter. */
function headOf(text: string, columns: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function widthOf(character: string): number {
  if (WIDE.test(character)) return 2;
  return MARK.test(character) ? 0 : 1;
}
