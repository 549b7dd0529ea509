import { sanitiseLine, sanitiseText } from '../sanitise.ts';
import { EMPTY_LINE, line, wrapLine, type Line } from '../styled.ts';
import { letterLines, readMarkdown, type Letter } from './markdown.ts';
import type { Signs } from './markdown-inline.ts';

/** What a prompt may be (16 KiB by default) and a screen can bear. */
const CHARS_MAX = 65_536;
const TITLE_CHARS_MAX = 500;

export interface LetterText {
  readonly title: string | null;
  readonly content: string;
}

/** A prompt's own words, read once. */
export interface ReadLetter {
  readonly title: string | null;
  readonly blocks: Letter;
  /** How it begins, for the next one of the same agent; null where that would be all of it. */
  readonly opening: string | null;
  /** It began as `known` does, and that was left out. */
  readonly isFolded: boolean;
}

/**
 * Sanitised, then read as Markdown. Where it begins with its title, that is said once, and an opening that the human
 * knows from the letter before (`known`) is left out.
 */
export function readLetter({ title, content }: LetterText, linesMax: number, known: string | null = null): ReadLetter {
  const heading = title === null || title.trim() === '' ? null : sanitiseLine(title, TITLE_CHARS_MAX);
  const lines = sanitiseText(content.trimEnd(), { charsMax: CHARS_MAX, linesMax });
  const read = withoutSpace(readMarkdown(lines));
  const untitled = heading !== null && isSame(openingOf(read), heading) ? withoutSpace(read.slice(1)) : read;
  const blocks = untitled.length === 0 ? read : untitled;
  const opening = blocks.length > 1 ? openingOf(blocks) : null;
  const isFolded = opening !== null && opening === known;
  return { title: heading, blocks: isFolded ? withoutSpace(blocks.slice(1)) : blocks, opening, isFolded };
}

/** Title and text, none wider than that. */
export function setLetter({ title, blocks }: ReadLetter, columns: number, signs: Signs): readonly Line[] {
  const head = title === null ? [] : [...wrapLine(line(title, 'strong'), columns), EMPTY_LINE];
  return [...head, ...letterLines(blocks, columns, signs)];
}

function withoutSpace(blocks: Letter): Letter {
  return blocks[0]?.type === 'space' ? blocks.slice(1) : blocks;
}

function openingOf([first]: Letter): string | null {
  return first?.type === 'heading' || first?.type === 'paragraph' ? first.text : null;
}

/** But for signs, spaces and letter case. */
function isSame(opening: string | null, title: string): boolean {
  return opening !== null && bare(opening) === bare(title);
}

function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();
}
