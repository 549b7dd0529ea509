import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Block, Letter, ListItem, Span } from '../../../operator/letter/letter.ts';

/**
 * What an agent wrote, set as a letter. No HTML is made of it: each part becomes an element of a fixed name, without an
 * attribute that the text could fill.
 */
export function LetterText({ letter, label }: { readonly letter: Letter; readonly label: string }) {
  const blocks = useMemo(() => withHeadingsInOrder(letter), [letter]);
  return (
    <section class="letter" aria-label={label}>
      {blocks.map(blockOf)}
    </section>
  );
}

const NARROW_COLUMNS = 4;
/** Under the page's own heading, and that of the prompt. */
const HEADINGS = ['h3', 'h4', 'h5', 'h6'] as const;

/** The first heading is a first one, whatever its agent calls it, and none skips a level: who listens goes by them. */
function withHeadingsInOrder(letter: Letter): Letter {
  const depths = [...new Set(letter.flatMap((block) => (block.kind === 'heading' ? [block.depth] : [])))].sort();
  let last = 0;
  return letter.map((block) => {
    if (block.kind !== 'heading') return block;
    last = Math.min(depths.indexOf(block.depth) + 1, last + 1, HEADINGS.length);
    return { ...block, depth: last };
  });
}

function blockOf(block: Block): JSX.Element {
  switch (block.kind) {
    case 'heading': {
      const Heading = HEADINGS[block.depth - 1] ?? 'h6';
      return <Heading>{block.spans.map(spanOf)}</Heading>;
    }
    case 'paragraph':
      return <p>{block.spans.map(spanOf)}</p>;
    case 'quote':
      return <blockquote>{block.blocks.map(blockOf)}</blockquote>;
    case 'list':
      return block.start === null ? (
        <ul>{block.items.map(itemOf)}</ul>
      ) : (
        <ol start={block.start}>{block.items.map(itemOf)}</ol>
      );
    case 'code':
      return <pre>{block.lines.join('\n')}</pre>;
    case 'table':
      return tableOf(block);
    case 'rule':
      return <hr />;
    case 'plain':
      return <p class="as-written">{block.lines.join('\n')}</p>;
  }
}

function itemOf({ done, blocks }: ListItem): JSX.Element {
  const box = done === null ? null : <span class="box">{done ? '☑' : '☐'}</span>;
  const [first, ...rest] = blocks;
  const opening = first?.kind === 'paragraph' ? first.spans.map(spanOf) : first && blockOf(first);
  return (
    <li class={done === null ? undefined : 'task'}>
      {box}
      {opening}
      {rest.map(blockOf)}
    </li>
  );
}

function tableOf({ align, head, rows }: Extract<Block, { kind: 'table' }>): JSX.Element {
  // Cells of few columns find room by breaking their words.
  const isWide = head.length > NARROW_COLUMNS;
  const side = (column: number) => (align[column] === 'left' ? undefined : (align[column] ?? undefined));
  return (
    <div
      class={isWide ? 'wide' : undefined}
      {...(isWide && { role: 'group', 'aria-label': 'a wide table', tabIndex: 0 })}
    >
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th scope="col" class={side(column)}>
                {cell.map(spanOf)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, column) => (
                <td class={side(column)}>{cell.map(spanOf)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function spanOf(span: Span): ComponentChildren {
  switch (span.kind) {
    case 'text':
      return span.text;
    case 'code':
      return <code>{span.text}</code>;
    case 'address':
      return <span class="address">{span.text}</span>;
    case 'strong':
      return <strong>{span.spans.map(spanOf)}</strong>;
    case 'emphasis':
      return <em>{span.spans.map(spanOf)}</em>;
    case 'deleted':
      return <del>{span.spans.map(spanOf)}</del>;
    case 'line':
      return ' ';
    case 'break':
      return <br />;
  }
}
