import { visibleControl } from '../domain/control-characters.ts';

/**
 * Text that agents wrote, made safe for a terminal. What comes out holds no control or escape character, nothing that
 * changes the direction of writing, nothing invisible, and nothing whose width a terminal could see differently:
 * such characters are shown (`␛`, `�`) where they could have done something, and removed where they show nothing.
 */

/** How many marks one letter may carry: enough for every living script, too few to climb over other lines. */
const MARKS_MAX = 4;
const TAB_COLUMNS = 4;
const NO_MORE = '…';
const UNSHOWABLE = '\uFFFD';

/** C0, DEL and C1. */
const CONTROL = /\p{Cc}/gu;
/** Directions and embeddings, separators, unassigned, private and broken characters. */
const UNSAFE = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029\u{FFF9}-\u{FFFB}\p{Cn}\p{Co}\p{Cs}]/gu;
/** Joiners, selectors, fillers, tags, soft hyphens, skin tones, key caps: nothing is lost that a terminal must show. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Emoji_Modifier}\u2800\u20E3]/gu;
const FLAG = /\p{Regional_Indicator}/gu;
const MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu');
const LEADING_MARK = /^(?=\p{M})/u;

export interface TextLimits {
  /** Characters looked at; the rest is cut off before anything else is done. */
  readonly charsMax: number;
  readonly linesMax: number;
}

/** One line: line breaks and tabs are shown as characters too. At most `charsMax` characters and a `…`. */
export function sanitiseLine(text: string, charsMax = 1000): string {
  const cut = text.length > charsMax ? `${wholeCharacters(text, charsMax)}${NO_MORE}` : text;
  return safe(cut);
}

/** Several lines; tabs become spaces. Where a limit cut something off, the last line says so. */
export function sanitiseText(text: string, { charsMax, linesMax }: TextLimits): readonly string[] {
  const cut = wholeCharacters(text, charsMax);
  const lines = cut.split(/\r\n|[\n\u2028\u2029]/u);
  const kept = lines.slice(0, linesMax).map((line) => safe(line.replaceAll('\t', ' '.repeat(TAB_COLUMNS))));
  const complete = cut.length === text.length && kept.length === lines.length;
  return complete ? kept : [...kept, NO_MORE];
}

function safe(line: string): string {
  return line
    .replace(CONTROL, visibleControl)
    .replace(UNSAFE, UNSHOWABLE)
    .replace(FLAG, letterOfFlag)
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(MARKS, '$1')
    .replace(LEADING_MARK, '\u25CC');
}

/** Terminals disagree on the width of a flag; its two letters are clear. */
function letterOfFlag(indicator: string): string {
  return String.fromCharCode(0x41 + ((indicator.codePointAt(0) ?? 0) - 0x1f1e6));
}

/** Doesn't split a pair of surrogates. */
function wholeCharacters(text: string, charsMax: number): string {
  const cut = text.slice(0, charsMax);
  return cut.length < text.length && /[\uD800-\uDBFF]$/u.test(cut) ? cut.slice(0, -1) : cut;
}
