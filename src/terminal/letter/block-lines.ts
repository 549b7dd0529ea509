import type { Block, Letter, Span } from '../../operator/letter/letter.ts';
import { EMPTY_LINE, line, wrapLine, type Line } from '../styled.ts';
import { spanLines, type Signs } from './span-lines.ts';
import { tableLines } from './table-lines.ts';

/** However deep it is nested, text has this much room. */
const COLUMNS_MIN = 16;
const RULE_COLUMNS_MAX = 40;

/** A letter's lines, none wider than that. */
export function letterLines(letter: Letter, columns: number, signs: Signs): readonly Line[] {
  return blockLines(letter, { columns, signs, isLoose: true });
}

interface Setting {
  readonly columns: number;
  readonly signs: Signs;
  /** With an empty line between blocks. */
  readonly isLoose: boolean;
}

function blockLines(blocks: readonly Block[], setting: Setting): readonly Line[] {
  return blocks.flatMap((block, index) => [
    ...(setting.isLoose && index > 0 ? [EMPTY_LINE] : []),
    ...linesOf(block, setting),
  ]);
}

function linesOf(block: Block, { columns, signs }: Setting): readonly Line[] {
  switch (block.kind) {
    case 'heading': {
      const sign = signs === 'typed' ? [{ kind: 'text', text: `${'#'.repeat(block.depth)} ` } as const] : [];
      return prose([...sign, ...block.spans], columns, signs, 'strong');
    }
    case 'paragraph':
      return prose(block.spans, columns, signs);
    case 'list':
      return listLines(block, columns, signs);
    case 'quote': {
      const inner = blockLines(block.blocks, { columns: roomIn(columns, 2), signs, isLoose: true });
      return clipped(
        inner.map((one) => [...line('> ', 'dim'), ...one]),
        columns,
      );
    }
    case 'code':
      return typed(block.lines, columns, '  ', 'code');
    case 'rule':
      return [line('─'.repeat(Math.max(1, Math.min(RULE_COLUMNS_MAX, columns))), 'dim')];
    case 'table':
      return tableLines(block, columns, signs) ?? typed(block.written, columns);
    case 'plain':
      return typed(block.lines, columns);
  }
}

function listLines(
  { start, isLoose, items }: Extract<Block, { kind: 'list' }>,
  columns: number,
  signs: Signs,
): readonly Line[] {
  const lines = items.flatMap(({ done, blocks }, index) => {
    const box = done === null ? '' : done ? '[x] ' : '[ ] ';
    const sign = `${start === null ? '-' : `${start + index}.`} ${box}`;
    const hanging = ' '.repeat(sign.length);
    const inner = blockLines(blocks, { columns: roomIn(columns, sign.length), signs, isLoose });
    const [first = EMPTY_LINE, ...more] = inner;
    return [
      ...(isLoose && index > 0 ? [EMPTY_LINE] : []),
      [...line(sign, 'dim'), ...first],
      ...more.map((one) => [...line(hanging), ...one]),
    ];
  });
  return clipped(lines, columns);
}

function roomIn(columns: number, taken: number): number {
  return Math.max(COLUMNS_MIN, columns - taken);
}

function prose(spans: readonly Span[], columns: number, signs: Signs, style?: 'strong'): readonly Line[] {
  return spanLines(spans, signs, style).flatMap((one) => wrapLine(one, columns));
}

/** As it was typed, spaces and all. */
function typed(lines: readonly string[], columns: number, indent = '', style?: 'code'): readonly Line[] {
  const width = Math.max(2, columns - indent.length);
  return lines
    .flatMap((one) => wrapLine(line(one, style), width))
    .map((one) => (one.length === 0 ? one : [...line(indent), ...one]));
}

/** Where nesting left too little room, lines are wider than they may be: they are broken once more. */
function clipped(lines: readonly Line[], columns: number): readonly Line[] {
  return lines.flatMap((one) => wrapLine(one, columns));
}
