import { Lexer, type MarkedToken } from 'marked';
import { sanitiseLine } from '../sanitise.ts';
import { EMPTY_LINE, type Line, type Span, type Style } from '../styled.ts';

/** How the signs of Markdown come out: as styles, or where there are none as they were typed. */
export type Signs = 'styled' | 'typed';

/** Text with more than this is shown as it was typed: what nests costs the square of its length. */
const CHARS_MAX = 4000;
const SIGNS_MAX = 200;
/** Those that Markdown itself makes needful; numbered ones the library reads. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&nbsp;': ' ',
};
const SIGN = /[*_~`[\]!<\\]/g;

/** The lines of a paragraph, unwrapped; line breaks are kept, since letters are written for a terminal. */
export function inlineLines(text: string, signs: Signs, style?: Style): readonly Line[] {
  const spans = isSimple(text) ? spansOf(lexed(text), signs, style) : [{ text, style }];
  const lines: Span[][] = [[]];
  for (const span of spans) {
    const [head = '', ...more] = span.text.split('\n');
    lines.at(-1)?.push({ text: head, style: span.style });
    for (const rest of more) lines.push([{ text: rest, style: span.style }]);
  }
  return lines.map(tidied);
}

/** The same as one line. */
export function inlineLine(text: string, signs: Signs, style?: Style): Line {
  return inlineLines(text.replaceAll('\n', ' '), signs, style)[0] ?? EMPTY_LINE;
}

function isSimple(text: string): boolean {
  return text.length <= CHARS_MAX && (text.match(SIGN)?.length ?? 0) <= SIGNS_MAX;
}

function lexed(text: string): readonly MarkedToken[] {
  return Lexer.lexInline(text, { gfm: true }) as MarkedToken[];
}

function spansOf(tokens: readonly MarkedToken[], signs: Signs, style: Style | undefined): readonly Span[] {
  return tokens.flatMap((token) => spansOfToken(token, signs, style));
}

function spansOfToken(token: MarkedToken, signs: Signs, style: Style | undefined): readonly Span[] {
  const within = (inner: Style | undefined) => spansOf((tokenTokens(token) ?? []) as MarkedToken[], signs, inner);
  const marked = (sign: string, inner: Style) =>
    signs === 'styled' ? within(inner) : [{ text: sign, style }, ...within(style), { text: sign, style }];
  switch (token.type) {
    case 'strong':
      return marked('**', 'strong');
    case 'em':
      return marked('*', 'emphasis');
    case 'del':
      return marked('~~', 'struck');
    case 'codespan':
      return signs === 'styled' ? [{ text: token.text, style: 'code' }] : [{ text: token.raw, style }];
    case 'link':
      return [...within(style), ...address(token.text, token.href)];
    case 'image':
      return [{ text: `[picture: ${token.text}]`, style }, ...address('', token.href)];
    case 'br':
      return [{ text: '\n' }];
    case 'escape':
      return [{ text: token.text, style }];
    case 'text':
      return tokenTokens(token) ? within(style) : [{ text: decoded(token.text), style }];
    default:
      return [{ text: token.raw, style }];
  }
}

function tokenTokens(token: MarkedToken): readonly unknown[] | undefined {
  return 'tokens' in token ? token.tokens : undefined;
}

/** Where a link leads is shown: a terminal must not be able to follow what only says that it leads elsewhere. */
function address(text: string, href: string): readonly Span[] {
  return text === href || `mailto:${text}` === href || href === '' ? [] : [{ text: ` (${href})`, style: 'dim' }];
}

/** Spelt out: `&#27;` has become a character only now, and no letter may have lost the one that carries its marks. */
function tidied(spans: readonly Span[]): Line {
  return spans
    .filter(({ text }) => text !== '')
    .map(({ text, style }) => ({ text: sanitiseLine(text, Infinity), style }));
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
