import { displayWidth, headOf, lineBreaks } from './width.ts';

/** What a piece of a line means. The painter knows how each looks, and that some terminals show none of them. */
export type Style = 'strong' | 'emphasis' | 'struck' | 'code' | 'dim' | 'accent' | 'good' | 'bad' | 'warn' | 'reverse';

/** A piece of a line. Its text is sanitised. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Span[];

export const EMPTY_LINE: Line = [];

export function line(text: string, style?: Style): Line {
  return text === '' ? EMPTY_LINE : [{ text, style }];
}

export function textOf(spans: Line): string {
  return spans.map(({ text }) => text).join('');
}

export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** At most `columns` wide; what was cut off is replaced by `…`. */
export function cutLine(spans: Line, columns: number): Line {
  if (lineWidth(spans) <= columns) return spans;
  if (columns < 1) return EMPTY_LINE;
  const kept: Span[] = [];
  let room = columns - 1;
  for (const span of spans) {
    const text = headOf(span.text, room);
    kept.push({ text, style: span.style });
    room -= displayWidth(text);
    if (text.length < span.text.length) break;
  }
  return [...kept, { text: '…' }];
}

/** Filled with spaces up to `columns`. */
export function padLine(spans: Line, columns: number): Line {
  const missing = columns - lineWidth(spans);
  return missing > 0 ? [...spans, { text: ' '.repeat(missing) }] : spans;
}

/** Broken as `wrapToWidth` does. */
export function wrapLine(spans: Line, columns: number): readonly Line[] {
  const cuts = lineBreaks(textOf(spans), columns);
  if (cuts.length === 1) return [spans];
  const lines: Line[] = [];
  let first = 0;
  let firstAt = 0;
  for (const { from, to } of cuts) {
    const pieces: Span[] = [];
    for (let index = first, at = firstAt; index < spans.length && at < to; index++) {
      const span = spans[index] ?? { text: '' };
      const end = at + span.text.length;
      const text = span.text.slice(Math.max(0, from - at), to - at);
      if (text !== '') pieces.push({ text, style: span.style });
      if (end <= to) [first, firstAt] = [index + 1, end];
      at = end;
    }
    lines.push(pieces);
  }
  return lines;
}
