import { fileLines, filesTotal } from './handed-files.ts';
import { sanitiseLine, sanitiseText } from './sanitise.ts';
import type { AskedPrompt } from './view.ts';
import { cutToWidth, wrapToWidth } from './width.ts';

/** What a prompt may be (16 KiB by default) and a screen can bear. */
const CHARS_MAX = 65_536;
const LINES_MAX = 400;
const TITLE_CHARS_MAX = 500;

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
  const inner = Math.max(2, columns - 2);
  const title = prompt.title === null ? [] : wrapToWidth(sanitiseLine(prompt.title, TITLE_CHARS_MAX), inner);
  const content = sanitiseText(prompt.content.trimEnd(), { charsMax: CHARS_MAX, linesMax: LINES_MAX }).flatMap((line) =>
    wrapToWidth(line, inner),
  );
  const shown = content.slice(0, LINES_MAX);
  const rest = content.length - shown.length;
  const framed = [...title, ...(title.length > 0 ? [''] : []), ...shown].map((line) => `│ ${line}`.trimEnd());
  return [
    rule('╭', `${prompt.id} from ${sanitiseLine(prompt.agent_id, 60)}`, columns),
    ...(prompt.request ? [cutToWidth(requestLine(prompt.request), columns)] : []),
    ...framed,
    ...handedOver(prompt, columns, canTake),
    rule('╰', rest > 0 ? `${rest} more lines: bp-agents prompts` : '', columns),
  ];
}

/** In the program's words, so without the bar. */
function requestLine({ id, text }: NonNullable<AskedPrompt['request']>): string {
  return `answers ${id}${text === '' ? '' : `: ${sanitiseLine(text, TITLE_CHARS_MAX)}`}`;
}

/** Behind a rule of their own, so that no line of the content can be taken for one of them. */
function handedOver({ id, files }: AskedPrompt, columns: number, canTake: boolean): readonly string[] {
  if (files.length === 0) return [];
  const how = canTake ? `: bp-agents take ${id} DIR` : '';
  const lines = fileLines(files, Math.max(2, columns - 2)).map((line) => `│ ${line}`);
  return [rule('├', `${filesTotal(files)}${how}`, columns), ...lines];
}

function rule(corner: string, caption: string, columns: number): string {
  const start = caption === '' ? corner : `${corner}─ ${caption} `;
  return cutToWidth(start.padEnd(Math.min(columns, 80), '─'), columns);
}
