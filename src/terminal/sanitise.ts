import { visibleLine, wholeCharacters } from '../domain/visible-line.ts';

/** Text that agents wrote, made safe for a terminal: each line as `visibleLine` has it. */

const TAB_COLUMNS = 4;
const NO_MORE = '…';

export interface TextLimits {
  /** Characters looked at; the rest is cut off before anything else is done. */
  readonly charsMax: number;
  readonly linesMax: number;
}

/** One line: line breaks and tabs are shown as characters too. At most `charsMax` characters and a `…`. */
export function sanitiseLine(text: string, charsMax = 1000): string {
  const cut = text.length > charsMax ? `${wholeCharacters(text, charsMax)}${NO_MORE}` : text;
  return visibleLine(cut);
}

/** Several lines; tabs become spaces. Where a limit cut something off, the last line says so. */
export function sanitiseText(text: string, { charsMax, linesMax }: TextLimits): readonly string[] {
  const cut = wholeCharacters(text, charsMax);
  const lines = cut.split(/\r\n|[\n\u2028\u2029]/u);
  const kept = lines.slice(0, linesMax).map((line) => visibleLine(line.replaceAll('\t', ' '.repeat(TAB_COLUMNS))));
  const complete = cut.length === text.length && kept.length === lines.length;
  return complete ? kept : [...kept, NO_MORE];
}
