import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { visibleLine } from '../../domain/visible-line.ts';
import type { Block, ListItem } from './letter.ts';
import { spansOf, type Budget } from './letter-spans.ts';
import { untamed } from './tame-markdown.ts';

/** Blocks within blocks. */
const DEPTH_MAX = 12;
/** Of one letter, spans included. */
const NODES_MAX = 10_000;
/** Of one paragraph: over that, its emphasis and links aren't looked for. The cost of looking grows with their square. */
const DELIMITERS_MAX = 300;
const PARAGRAPH_CHARS_MAX = 8000;
const DELIMITERS = /[*_~`[\]<&!]/gu;

/** Never throws: what can't be read is plain. */
export function blocksOf(markdown: string): readonly Block[] {
  try {
    return readBlocks(lex(markdown), { nodes: NODES_MAX }, 0);
  } catch {
    return [plain(markdown)];
  }
}

/** As `Lexer.lex`, but for paragraphs that are long or full of delimiters. */
function lex(markdown: string): readonly Token[] {
  const lexer = new Lexer({ gfm: true });
  const tokens = lexer.blockTokens(markdown, lexer.tokens);
  for (const { src, tokens: spans } of lexer.inlineQueue)
    if (isCheap(src)) lexer.inlineTokens(src, spans);
    else spans.push({ type: 'escape', raw: src, text: src });
  return tokens;
}

function isCheap(paragraph: string): boolean {
  return paragraph.length <= PARAGRAPH_CHARS_MAX && (paragraph.match(DELIMITERS)?.length ?? 0) <= DELIMITERS_MAX;
}

function readBlocks(tokens: readonly Token[], budget: Budget, depth: number): readonly Block[] {
  return tokens.flatMap((token) => {
    if (budget.nodes-- <= 0) return [];
    return depth > DEPTH_MAX ? plain(token.raw) : (readBlock(token as MarkedToken, budget, depth) ?? []);
  });
}

function readBlock(token: MarkedToken, budget: Budget, depth: number): Block | undefined {
  switch (token.type) {
    case 'space':
    case 'checkbox':
      return undefined;
    case 'heading':
      return { kind: 'heading', depth: token.depth, spans: spansOf(token.tokens, budget) };
    case 'paragraph':
      return { kind: 'paragraph', spans: spansOf(token.tokens, budget) };
    case 'blockquote':
      return { kind: 'quote', blocks: readBlocks(token.tokens, budget, depth + 1) };
    case 'list':
      return {
        kind: 'list',
        start: token.ordered && token.start !== '' ? token.start : null,
        isLoose: token.loose,
        items: token.items.map((item) => readItem(item, budget, depth)),
      };
    case 'code':
      return { kind: 'code', lines: linesOf(token.text) };
    case 'table':
      return readTable(token, budget);
    case 'hr':
      return { kind: 'rule' };
    case 'text':
      return { kind: 'paragraph', spans: spansOf(token.tokens ?? [token], budget) };
    default:
      // HTML, definitions of links: nothing that was written is hidden.
      return token.raw.trim() === '' ? undefined : plain(token.raw);
  }
}

function readItem(item: Tokens.ListItem, budget: Budget, depth: number): ListItem {
  return { done: item.task ? item.checked === true : null, blocks: readBlocks(item.tokens, budget, depth + 1) };
}

function readTable({ align, header, rows, raw }: Tokens.Table, budget: Budget): Block {
  const cells = (row: readonly Tokens.TableCell[]) => row.map(({ tokens }) => spansOf(tokens, budget));
  const fitting = rows.slice(0, Math.max(0, Math.floor(budget.nodes / Math.max(1, header.length))));
  budget.nodes -= fitting.length * header.length;
  return { kind: 'table', align, head: cells(header), rows: fitting.map(cells), written: linesOf(raw) };
}

function plain(text: string): Block {
  return { kind: 'plain', lines: linesOf(text) };
}

/** Each was made visible as part of a longer one, of which it may have lost what it began with. */
function linesOf(text: string): readonly string[] {
  return untamed(text).replace(/\n+$/u, '').split('\n').map(visibleLine);
}
