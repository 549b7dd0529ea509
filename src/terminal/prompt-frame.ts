import { fileLines, filesTotal } from './handed-files.ts';
import { readLetter, setLetter, type ReadLetter } from './letter/letter.ts';
import type { Signs } from './letter/span-lines.ts';
import { sanitiseLine } from './sanitise.ts';
import { line, textOf, wrapLine, type Line } from './styled.ts';
import type { AskedPrompt } from './view.ts';
import { cutToWidth } from './width.ts';

const LINES_MAX = 400;
const REQUEST_CHARS_MAX = 500;

export interface FrameOptions {
  /** Whether its files can be taken by a command. */
  readonly canTake?: boolean;
}

/**
 * A prompt between two rules of the program's own. Each line of the agent's begins with a bar, which no line of the
 * program's does, so neither can be taken for the other.
 */
export function promptFrame(
  prompt: AskedPrompt,
  columns: number,
  { canTake = true }: FrameOptions = {},
): readonly string[] {
  const lines = framedLines(prompt, readLetter(prompt, LINES_MAX), { columns, signs: 'typed', canTake });
  const { shown, rest } = lines;
  return [
    rule('╭', promptCaption(prompt), columns),
    ...shown.map(textOf),
    rule('╰', rest > 0 ? `${rest} more lines: bp-agents prompts --json` : '', columns),
  ].map((one) => one.trimEnd());
}

export interface Setting {
  readonly columns: number;
  readonly signs: Signs;
  readonly canTake?: boolean;
  readonly linesMax?: number;
}

/** What stands between the two rules, and how many lines of the letter don't. */
export function framedLines(
  prompt: AskedPrompt,
  letter: ReadLetter,
  { columns, signs, canTake = true, linesMax = LINES_MAX }: Setting,
): { readonly shown: readonly Line[]; readonly rest: number } {
  const content = setLetter(letter, Math.max(2, columns - 2), signs);
  const shown = [
    ...(prompt.request ? [line(cutToWidth(requestText(prompt.request), columns), 'accent')] : []),
    ...(letter.isFolded ? wrapLine(line('it begins as its last letter did', 'dim'), columns) : []),
    ...content.slice(0, linesMax).map(barred),
    ...handedOver(prompt, columns, canTake),
  ];
  return { shown, rest: Math.max(0, content.length - linesMax) };
}

export function promptCaption({ id, agent_id: agentId }: Pick<AskedPrompt, 'id' | 'agent_id'>): string {
  return `${id} from ${sanitiseLine(agentId, 60)}`;
}

export function rule(corner: string, caption: string, columns: number): string {
  const start = caption === '' ? corner : `${corner}─ ${caption} `;
  return cutToWidth(start.padEnd(Math.min(columns, 100), '─'), columns);
}

function barred(one: Line): Line {
  return one.length === 0 ? line('│', 'dim') : [...line('│ ', 'dim'), ...one];
}

/** In the program's words, so without the bar. */
function requestText({ id, text }: NonNullable<AskedPrompt['request']>): string {
  return `answers ${id}${text === '' ? '' : `: ${sanitiseLine(text, REQUEST_CHARS_MAX)}`}`;
}

/** Behind a rule of their own, so that no line of the content can be taken for one of them. */
function handedOver({ id, files }: AskedPrompt, columns: number, canTake: boolean): readonly Line[] {
  if (files.length === 0) return [];
  const how = canTake ? `: bp-agents take ${id} DIR` : '';
  const lines = fileLines(files, Math.max(2, columns - 2)).map((text) => barred(line(text)));
  return [line(rule('├', `${filesTotal(files)}${how}`, columns)), ...lines];
}
