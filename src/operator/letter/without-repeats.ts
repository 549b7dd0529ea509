import type { Letter, Span } from './letter.ts';
import { readLetter, type LetterLimits } from './read-letter.ts';

/** A longer opening is no greeting. */
const OPENING_CHARS_MAX = 1000;
/** Where an opening is looked for: not in all of what may be a long letter. */
const BEGINNING: LetterLimits = { charsMax: 4000, linesMax: 400 };

export interface Unrepeated {
  readonly letter: Letter;
  /** How it begins, for the next one of the same agent; null where that would be all of it. */
  readonly opening: string | null;
  /** It began as `known` does, and that was left out. */
  readonly isFolded: boolean;
}

/**
 * A letter in which nothing is said twice: neither its title, as it is shown above it, nor the opening that the human
 * knows from the letter before. What would be the whole letter stays.
 */
export function withoutRepeats(whole: Letter, title: string | null, known: string | null): Unrepeated {
  const first = firstWords(whole);
  const isTitled = title !== null && first !== null && isSame(first, title);
  const letter = isTitled && whole.length > 1 ? whole.slice(1) : whole;
  const words = letter.length > 1 ? firstWords(letter) : null;
  const opening = words !== null && words.length <= OPENING_CHARS_MAX ? words : null;
  const isFolded = opening !== null && opening === known;
  return { letter: isFolded ? letter.slice(1) : letter, opening, isFolded };
}

/** The `opening` of a letter, where nothing else of it is needed. */
export function openingOf(written: string, title: string | null): string | null {
  return withoutRepeats(readLetter(written, BEGINNING), title, null).opening;
}

function firstWords([first]: Letter): string | null {
  return first?.kind === 'heading' || first?.kind === 'paragraph' ? first.spans.map(wordsOf).join('') : null;
}

/** Addresses are words too: where one leads elsewhere, it isn't known. */
function wordsOf(span: Span): string {
  switch (span.kind) {
    case 'text':
    case 'code':
      return span.text;
    case 'address':
      return ` (${span.text})`;
    case 'line':
    case 'break':
      return ' ';
    default:
      return span.spans.map(wordsOf).join('');
  }
}

/** But for signs, spaces and letter case. */
function isSame(words: string, title: string): boolean {
  return bare(words) === bare(title) && bare(title) !== '';
}

function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();
}
