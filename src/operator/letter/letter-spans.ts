import type { MarkedToken, Token } from 'marked';
import { visibleLine } from '../../domain/visible-line.ts';
import type { Span } from './letter.ts';
import { withoutEntities } from './entities.ts';
import { untamed } from './tame-markdown.ts';

/** What is left of a letter's limit on parts. */
export interface Budget {
  nodes: number;
}

/** Emphasis within emphasis. */
const DEPTH_MAX = 8;

export function spansOf(tokens: readonly Token[], budget: Budget, depth = 0): readonly Span[] {
  return tokens.flatMap((token) => {
    if (budget.nodes-- <= 0) return [];
    return depth > DEPTH_MAX ? literal(token.raw) : readSpan(token as MarkedToken, budget, depth);
  });
}

function readSpan(token: MarkedToken, budget: Budget, depth: number): readonly Span[] {
  switch (token.type) {
    case 'strong':
      return [{ kind: 'strong', spans: spansOf(token.tokens, budget, depth + 1) }];
    case 'em':
      return [{ kind: 'emphasis', spans: spansOf(token.tokens, budget, depth + 1) }];
    case 'del':
      return [{ kind: 'deleted', spans: spansOf(token.tokens, budget, depth + 1) }];
    case 'codespan':
      return [{ kind: 'code', text: line(token.text) }];
    case 'br':
      return [{ kind: 'break' }];
    case 'link':
      return [...spansOf(token.tokens, budget, depth + 1), ...address(token)];
    case 'image':
      return [...literal(`[image: ${token.text}]`), ...address(token)];
    case 'text':
      return token.tokens ? spansOf(token.tokens, budget, depth) : literal(withoutEntities(token.text));
    case 'checkbox':
      return [];
    default:
      // An escaped character, and HTML as it was written.
      return literal(token.type === 'escape' ? token.text : token.raw);
  }
}

/** Not said twice where the link's text is its address. */
function address({
  href,
  title,
  text,
}: {
  readonly href: string;
  readonly title?: string | null;
  readonly text: string;
}) {
  const said = title ? `${href} "${title}"` : href;
  return said === '' || said === text || said === `mailto:${text}`
    ? []
    : [{ kind: 'address' as const, text: line(said) }];
}

function literal(text: string): readonly Span[] {
  return text.split('\n').flatMap((one, index): readonly Span[] => {
    const said = one === '' ? [] : [{ kind: 'text' as const, text: line(one) }];
    return index === 0 ? said : [{ kind: 'line' }, ...said];
  });
}

/** What entities stood for may act where the entity didn't. */
function line(text: string): string {
  return visibleLine(untamed(text).replaceAll('\n', ' '));
}
