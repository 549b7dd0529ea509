import { visibleLine, wholeCharacters } from '../../domain/visible-line.ts';
import { blocksOf } from './letter-blocks.ts';
import type { Letter } from './letter.ts';
import { tame } from './tame-markdown.ts';

/** So much is read as Markdown; what follows is plain text. */
const MARKDOWN_CHARS = 20_000;
const LIMITS: LetterLimits = { charsMax: 1_048_576, linesMax: 20_000 };
const TAB = '    ';
const NO_MORE = '…';

/** So much of a letter is read at all. Where it is more, the last line says so. */
export interface LetterLimits {
  readonly charsMax: number;
  readonly linesMax: number;
}

/** Any text is a letter. In bounded time. */
export function readLetter(written: string, { charsMax, linesMax }: LetterLimits = LIMITS): Letter {
  const text = written.trimEnd();
  const cut = wholeCharacters(text, charsMax);
  const all = cut.split(/\r\n|[\n\u2028\u2029]/u);
  const lines = all.slice(0, linesMax).map((line) => visibleLine(line.replaceAll('\t', TAB)));
  if (cut.length < text.length || all.length > lines.length) lines.push(NO_MORE);
  const { read, rest } = halves(lines);
  return [...blocksOf(tame(read)), ...(rest.length > 0 ? [{ kind: 'plain' as const, lines: rest }] : [])];
}

/** A line that is longer than all that is read as Markdown isn't. */
function halves(lines: readonly string[]): { readonly read: readonly string[]; readonly rest: readonly string[] } {
  let chars = 0;
  const over = lines.findIndex((line) => (chars += line.length + 1) > MARKDOWN_CHARS);
  return over === -1 ? { read: lines, rest: [] } : { read: lines.slice(0, over), rest: lines.slice(over) };
}
