import { visibleControl } from './control-characters.ts';

/** How many marks one letter may carry: enough for every living script, too few to climb over other lines. */
const MARKS_MAX = 4;
const UNSHOWABLE = '\uFFFD';

/** C0, DEL and C1. */
const CONTROL = /\p{Cc}/gu;
/** Directions and embeddings, separators, unassigned, private and broken characters. */
const UNSAFE = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029\u{FFF9}-\u{FFFB}\p{Cn}\p{Co}\p{Cs}]/gu;
/** Joiners, selectors, fillers, tags, soft hyphens, skin tones, key caps: nothing is lost that must be shown. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Emoji_Modifier}\u2800\u20E3]/gu;
const FLAG = /\p{Regional_Indicator}/gu;
const MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu');
const LEADING_MARK = /^(?=\p{M})/u;

/**
 * One line that an agent wrote, in which nothing acts and nothing hides. It holds no control or escape character, nothing
 * that changes the direction of writing, nothing invisible, and nothing whose width could be seen differently: such
 * characters are shown (`␛`, `�`) where they could have done something, and removed where they show nothing.
 */
export function visibleLine(line: string): string {
  return line
    .replace(CONTROL, visibleControl)
    .replace(UNSAFE, UNSHOWABLE)
    .replace(FLAG, letterOfFlag)
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(MARKS, '$1')
    .replace(LEADING_MARK, '\u25CC');
}

/** The first characters of a text; doesn't split a pair of surrogates. */
export function wholeCharacters(text: string, charsMax: number): string {
  const cut = text.slice(0, charsMax);
  return cut.length < text.length && /[\uD800-\uDBFF]$/u.test(cut) ? cut.slice(0, -1) : cut;
}

/** Programs disagree on the width of a flag; its two letters are clear. */
function letterOfFlag(indicator: string): string {
  return String.fromCharCode(0x41 + ((indicator.codePointAt(0) ?? 0) - 0x1f1e6));
}
