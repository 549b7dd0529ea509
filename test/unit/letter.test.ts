import { describe, expect, it } from 'vitest';
import type { Block, Letter, Span } from '../../src/operator/letter/letter.ts';
import { readLetter } from '../../src/operator/letter/read-letter.ts';
import { openingOf, withoutRepeats } from '../../src/operator/letter/without-repeats.ts';
import { INJECTIONS } from '../helpers/injections.ts';

const text = (value: string): Span => ({ kind: 'text', text: value });
const paragraph = (...spans: readonly Span[]): Block => ({ kind: 'paragraph', spans });

/** All words of a letter, as a reader meets them. */
function words(letter: Letter | readonly Span[]): string {
  return JSON.stringify(letter);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('a letter', () => {
  it('is read as headings, paragraphs, lists, quotes, code, tables and rules', () => {
    const source = [
      '# Hello *you*',
      'First\nline',
      '> said **he**',
      '3. three\n4. four',
      '- [x] done\n- [ ] to do',
      '```js\nlet a = 1;\n  b\n```',
      '| a | b |\n|---|--:|\n| 1 | `2` |',
      '---',
      'end',
    ].join('\n\n');
    expect(readLetter(source)).toEqual([
      { kind: 'heading', depth: 1, spans: [text('Hello '), { kind: 'emphasis', spans: [text('you')] }] },
      paragraph(text('First'), { kind: 'line' }, text('line')),
      { kind: 'quote', blocks: [paragraph(text('said '), { kind: 'strong', spans: [text('he')] })] },
      {
        kind: 'list',
        start: 3,
        isLoose: false,
        items: [
          { done: null, blocks: [paragraph(text('three'))] },
          { done: null, blocks: [paragraph(text('four'))] },
        ],
      },
      {
        kind: 'list',
        start: null,
        isLoose: false,
        items: [
          { done: true, blocks: [paragraph(text('done'))] },
          { done: false, blocks: [paragraph(text('to do'))] },
        ],
      },
      { kind: 'code', lines: ['let a = 1;', '  b'] },
      {
        kind: 'table',
        align: [null, 'right'],
        head: [[text('a')], [text('b')]],
        rows: [[[text('1')], [{ kind: 'code', text: '2' }]]],
        written: ['| a | b |', '|---|--:|', '| 1 | `2` |'],
      },
      { kind: 'rule' },
      paragraph(text('end')),
    ]);
  });

  it('names addresses of links and images in words, once', () => {
    expect(
      readLetter('[here](https://a.example/x "so") ![a cat](cat.png) <https://b.example> https://c.example'),
    ).toEqual([
      paragraph(
        text('here'),
        { kind: 'address', text: 'https://a.example/x "so"' },
        text(' '),
        text('[image: a cat]'),
        { kind: 'address', text: 'cat.png' },
        text(' '),
        text('https://b.example'),
        text(' '),
        text('https://c.example'),
      ),
    ]);
  });

  it('hides nothing: HTML, comments and definitions of links show as they were written', () => {
    const source =
      '<b onclick="x">bold</b> <!-- psst -->\n\n<script>\nalert(1)\n</script>\n\n[a]: javascript:alert(1)\n';
    const shown = words(readLetter(source));
    for (const part of ['<b onclick', '<!-- psst -->', '<script>', 'alert(1)', '[a]: javascript:'])
      expect(shown).toContain(JSON.stringify(part).slice(1, -1));
  });

  it('makes visible what would act, also where an entity stood for it', () => {
    const shown = words(
      readLetter('a\u202Eb \u001B[2J `\u2066c` &#x202E;d &lt;i&gt; &mdash; &bogus; &#27; &#99999999;'),
    );
    expect(shown).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u001B]/u);
    expect(shown).toContain('a\uFFFDb ␛[2J');
    expect(shown).toContain('\uFFFDd <i> — &bogus; ␛ &#99999999;');
  });

  it.each([
    ['quotes', '> '.repeat(100_000)],
    ['quotes without spaces', '>'.repeat(100_000)],
    ['lists', '- '.repeat(100_000)],
    ['numbered lists', '1. '.repeat(100_000)],
    ['quotes and lists', '> - '.repeat(50_000)],
    ['lists by indentation', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n')],
    ['emphasis', '*a **a '.repeat(20_000)],
    ['links', '['.repeat(50_000) + 'a' + '](b)'.repeat(50_000)],
    ['emphasis past a space that holds together', '\u00A0*a'.repeat(30_000)],
    ['underscores', 'a_'.repeat(50_000)],
    ['headings by underline', 'a\n-\n'.repeat(25_000)],
    ['columns of a table', `${'|a'.repeat(2000)}\n${'|-'.repeat(2000)}\n${'a\n'.repeat(8000)}`],
    ['rows of a table', `|${'a|'.repeat(20)}\n|${'-|'.repeat(20)}\n${'a\n'.repeat(50_000)}`],
    ['one line', 'x'.repeat(2_000_000)],
    ['lines', '\n'.repeat(1_000_000)],
  ])('of endless %s is read in little time, to little depth', (_, source) => {
    const before = performance.now();
    const letter = readLetter(source);
    // A busy machine may need seconds; what costs the square of a letter's length would need minutes.
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(depthOf(letter)).toBeLessThan(70);
    expect(words(letter).length).toBeLessThan(5_000_000);
  });

  it('has what is shielded from its parser as it was written, and rules of any length', () => {
    const deep = `${'> '.repeat(9)}deep`;
    expect(readLetter(`~~~\n${deep}\n~~~`)).toEqual([{ kind: 'code', lines: [deep] }]);
    const wide = `${'|a'.repeat(30)}|\n${'|-'.repeat(30)}|`;
    expect(readLetter(wide)).toEqual([
      paragraph(text(`${'|a'.repeat(30)}|`), { kind: 'line' }, text(`${'|-'.repeat(30)}|`)),
    ]);
    expect(readLetter('- '.repeat(12))).toEqual([{ kind: 'rule' }]);
  });

  it('has no line that begins with a mark, whatever stood before it', () => {
    expect(readLetter('> <b>\n> \u0301</b>')).toMatchObject([
      { kind: 'quote', blocks: [{ kind: 'plain', lines: ['<b>', '\u25CC\u0301</b>'] }] },
    ]);
  });

  it('shows as plain text what is too long to be read', () => {
    const letter = readLetter('# a\n\n'.repeat(5000));
    expect(letter[0]).toMatchObject({ kind: 'heading' });
    expect(letter.at(-1)).toMatchObject({ kind: 'plain' });
  });

  it.each(INJECTIONS)('of $name holds texts in which nothing acts', ({ text: source }) => {
    const texts = textsOf(readLetter(source));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.join('\n')).not.toMatch(ACTING);
    expect(texts.every((line) => !line.includes('\n'))).toBe(true);
  });
});

describe('a letter without repeats', () => {
  const folded = (content: string, title: string | null, known: string | null = null) =>
    withoutRepeats(readLetter(content), title, known);

  it('has its title once, however that is written', () => {
    for (const content of ['# News!\n\nText', '**News**\n\nText', 'news\n====\n\nText'])
      expect(folded(content, 'News').letter).toEqual([paragraph(text('Text'))]);
  });

  it('keeps an opening that says more than the title, or would be all of it', () => {
    for (const content of ['Newspaper\n\nText', '# [News](http://a.example)\n\nText', '# News', '# …\n\nText'])
      expect(folded(content, content.startsWith('# …') ? '!' : 'News').letter).toEqual(readLetter(content));
  });

  it('leaves out an opening that is known, unless it leads elsewhere or is no greeting', () => {
    const greeting = 'Good day,\n*I am* [ada](http://a.example).';
    const known = openingOf(`# News\n\n${greeting}\n\nOne.`, 'News');
    expect(folded(`${greeting}\n\nTwo.`, null, known)).toMatchObject({
      letter: [paragraph(text('Two.'))],
      opening: known,
      isFolded: true,
    });
    for (const content of [greeting, `${greeting.replace('a.example', 'b.example')}\n\nTwo.`])
      expect(folded(content, null, known)).toMatchObject({ letter: readLetter(content), isFolded: false });
    expect(openingOf(`${'long '.repeat(300)}\n\nOne.`, null)).toBeNull();
  });
});

/** Controls but line feeds, directions, and what can't be seen. */
const ACTING = /[^\P{Cc}\n]|[\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\p{Cs}\p{Cf}]/u;

/** Every text of a letter, wherever it stands. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
