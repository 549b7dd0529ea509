import { readLetter as readMarkdown } from '../../operator/letter/read-letter.ts';
import { withoutRepeats, type Unrepeated } from '../../operator/letter/without-repeats.ts';
import { sanitiseLine } from '../sanitise.ts';
import { EMPTY_LINE, line, wrapLine, type Line } from '../styled.ts';
import { letterLines } from './block-lines.ts';
import type { Signs } from './span-lines.ts';

/** What a prompt may be (16 KiB by default) and a screen can bear. */
const CHARS_MAX = 65_536;
const TITLE_CHARS_MAX = 500;

export interface LetterText {
  readonly title: string | null;
  readonly content: string;
}

/** A prompt's own words, read once, to be set for any width. */
export interface ReadLetter extends Unrepeated {
  readonly title: string | null;
}

/** `known`: how the agent's letter before began. */
export function readLetter({ title, content }: LetterText, linesMax: number, known: string | null = null): ReadLetter {
  const heading = title === null || title.trim() === '' ? null : sanitiseLine(title, TITLE_CHARS_MAX);
  const whole = readMarkdown(content, { charsMax: CHARS_MAX, linesMax });
  return { title: heading, ...withoutRepeats(whole, heading, known) };
}

/** Title and text, none wider than that. */
export function setLetter({ title, letter }: ReadLetter, columns: number, signs: Signs): readonly Line[] {
  const head = title === null ? [] : [...wrapLine(line(title, 'strong'), columns), EMPTY_LINE];
  return [...head, ...letterLines(letter, columns, signs)];
}
