import { Lexer, type MarkedToken, type Tokens } from 'marked';
import { EMPTY_LINE, line, wrapLine, type Line } from '../styled.ts';
import { inlineLines, type Signs } from './markdown-inline.ts';
import { stretches } from './markdown-limits.ts';
import { tableLines } from './markdown-table.ts';

/** A letter that was read once, to be set for any width. */
export type Letter = readonly Block[];
type Block = MarkedToken | { readonly type: 'verbatim'; readonly text: string };

/** What is nested deeper stands as it was typed. */
const DEPTH_MAX = 8;
/** However deep it is nested, text has this much room. */
const COLUMNS_MIN = 16;

/** Reads sanitised lines as Markdown. What costs too much to read, or can't be, stands as it is. */
export function readMarkdown(lines: readonly string[]): Letter {
  return stretches(lines).flatMap(({ isMarkdown, text }): Letter => (isMarkdown ? blocksOf(text) : [verbatim(text)]));
}

function blocksOf(text: string): Letter {
  try {
    // Without inline tokens, which are made with a limit of their own.
    return new Lexer({ gfm: true }).blockTokens(text, []) as MarkedToken[];
  } catch (error) {
    // Nested deeper than the stack: the last line of defence behind the limits.
    if (error instanceof RangeError) return [verbatim(text)];
    throw error;
  }
}

function verbatim(text: string): Block {
  return { type: 'verbatim', text };
}

/** Its lines, none wider than that. */
export function letterLines(letter: Letter, columns: number, signs: Signs): readonly Line[] {
  return new Setter(signs).blocks(letter, columns, true);
}

class Setter {
  readonly #signs: Signs;
  #depth = 0;

  constructor(signs: Signs) {
    this.#signs = signs;
  }

  /** `isLoose`: with an empty line between them. */
  blocks(blocks: Letter, columns: number, isLoose: boolean): readonly Line[] {
    const lines: Line[] = [];
    for (const block of blocks) {
      if (block.type === 'space' || block.type === 'checkbox') continue;
      if (isLoose && lines.length > 0) lines.push(EMPTY_LINE);
      lines.push(...this.#block(block, columns));
    }
    return lines;
  }

  #block(block: Block, columns: number): readonly Line[] {
    if (this.#depth > DEPTH_MAX) return this.#typed(rawOf(block), columns);
    this.#depth++;
    try {
      return this.#set(block, columns);
    } finally {
      this.#depth--;
    }
  }

  #set(block: Block, columns: number): readonly Line[] {
    switch (block.type) {
      case 'heading': {
        const sign = this.#signs === 'typed' ? `${'#'.repeat(block.depth)} ` : '';
        return this.#prose(`${sign}${block.text}`, columns, 'strong');
      }
      case 'paragraph':
      case 'text':
        return this.#prose(block.text, columns);
      case 'list':
        return this.#list(block, columns);
      case 'blockquote': {
        const inner = this.blocks(block.tokens as MarkedToken[], Math.max(COLUMNS_MIN, columns - 2), true);
        return clipped(
          inner.map((one) => [...line('> ', 'dim'), ...one]),
          columns,
        );
      }
      case 'code':
        return this.#typed(block.text, columns, '  ', 'code');
      case 'hr':
        return [line('─'.repeat(Math.max(1, Math.min(40, columns))), 'dim')];
      case 'table':
        return tableLines(block, columns, this.#signs) ?? this.#typed(rawOf(block), columns);
      default:
        return this.#typed(rawOf(block), columns);
    }
  }

  #list(list: Tokens.List, columns: number): readonly Line[] {
    const lines: Line[] = [];
    list.items.forEach((item, index) => {
      if (list.loose && index > 0) lines.push(EMPTY_LINE);
      const box = item.task ? (item.checked ? '[x] ' : '[ ] ') : '';
      const sign = `${list.ordered ? `${(list.start === '' ? 1 : list.start) + index}.` : '-'} ${box}`;
      const inner = this.blocks(item.tokens as MarkedToken[], Math.max(COLUMNS_MIN, columns - sign.length), list.loose);
      const hanging = ' '.repeat(sign.length);
      const [first = EMPTY_LINE, ...more] = inner;
      lines.push([...line(sign, 'dim'), ...first], ...more.map((one) => [...line(hanging), ...one]));
    });
    return clipped(lines, columns);
  }

  #prose(text: string, columns: number, style?: 'strong'): readonly Line[] {
    return inlineLines(text, this.#signs, style).flatMap((one) => wrapLine(one, columns));
  }

  /** As it was typed, spaces and all. */
  #typed(text: string, columns: number, indent = '', style?: 'code'): readonly Line[] {
    const width = Math.max(2, columns - indent.length);
    return text
      .split('\n')
      .flatMap((one) => wrapLine(line(one, style), width))
      .map((one) => (one.length === 0 ? one : [...line(indent), ...one]));
  }
}

function rawOf(block: Block): string {
  return block.type === 'verbatim' ? block.text : block.raw.trimEnd();
}

/** Where nesting left too little room, lines are wider than they may be: they are broken once more. */
function clipped(lines: readonly Line[], columns: number): readonly Line[] {
  return lines.flatMap((one) => wrapLine(one, columns));
}
