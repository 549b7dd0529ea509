import type { Span as LetterSpan } from '../../operator/letter/letter.ts';
import type { Line, Span, Style } from '../styled.ts';

/** How the signs of Markdown come out: as styles, or where there are none as they are typed. */
export type Signs = 'styled' | 'typed';

const SETTINGS = {
  strong: { sign: '**', style: 'strong' },
  emphasis: { sign: '*', style: 'emphasis' },
  deleted: { sign: '~~', style: 'struck' },
} as const;
const LINE_END = '\n';

/** The lines of a paragraph, unwrapped; line breaks are kept, since letters are written for a terminal. */
export function spanLines(spans: readonly LetterSpan[], signs: Signs, style?: Style): readonly Line[] {
  const lines: Span[][] = [[]];
  for (const piece of piecesOf(spans, signs, style))
    if (piece.text === LINE_END) lines.push([]);
    else if (piece.text !== '') lines.at(-1)?.push(piece);
  return lines;
}

/** The same as one line, for what holds no line break. */
export function spanLine(spans: readonly LetterSpan[], signs: Signs, style?: Style): Line {
  return spanLines(spans, signs, style).flat();
}

function piecesOf(spans: readonly LetterSpan[], signs: Signs, style: Style | undefined): readonly Span[] {
  return spans.flatMap((span) => piecesOfSpan(span, signs, style));
}

function piecesOfSpan(span: LetterSpan, signs: Signs, style: Style | undefined): readonly Span[] {
  switch (span.kind) {
    case 'text':
      return [{ text: span.text, style }];
    case 'code':
      return signs === 'styled' ? [{ text: span.text, style: 'code' }] : [{ text: typedCode(span.text), style }];
    case 'address':
      return [{ text: ` (${span.text})`, style: 'dim' }];
    case 'line':
    case 'break':
      return [{ text: LINE_END }];
    default: {
      const setting = SETTINGS[span.kind];
      if (signs === 'styled') return piecesOf(span.spans, signs, setting.style);
      const sign = { text: setting.sign, style };
      return [sign, ...piecesOf(span.spans, signs, style), sign];
    }
  }
}

function typedCode(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
