import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLetter, setLetter } from '../../src/terminal/letter/letter.ts';
import { promptFrame } from '../../src/terminal/prompt-frame.ts';
import { lineWidth, textOf } from '../../src/terminal/styled.ts';

const set = (content: string, columns = 60, title: string | null = null) =>
  setLetter(readLetter({ title, content }, 20_000), columns, 'styled');
const shown = (content: string, columns?: number, title?: string | null) =>
  set(content, columns, title).map((line) => textOf(line).trimEnd());

describe('a letter in Markdown', () => {
  it('is set: headings, emphasis, code and links, with where they lead', () => {
    const [heading, , first, second] = set(
      '# Prices\n\n**Up** *again*, see `main.py`\n[here](http://elsewhere.example/x) ![a cat](http://a.example/cat.png)',
      100,
    );
    expect(heading).toEqual([{ text: 'Prices', style: 'strong' }]);
    expect(first?.filter(({ style }) => style !== undefined)).toEqual([
      { text: 'Up', style: 'strong' },
      { text: 'again', style: 'emphasis' },
      { text: 'main.py', style: 'code' },
    ]);
    expect(textOf(second ?? [])).toBe('here (http://elsewhere.example/x) [image: a cat] (http://a.example/cat.png)');
  });

  it('has lists within lists, with hanging lines and numbers as they were given', () => {
    const list = '- one\n- two words and more that do not fit\n  1. deep\n  2. deeper\n- [x] done\n\n3. three\n4. four';
    expect(shown(list, 24)).toEqual([
      ...['- one', '- two words and more', '  that do not fit', '  1. deep', '  2. deeper', '- [x] done'],
      ...['', '3. three', '4. four'],
    ]);
  });

  it('has a box before each task, also where empty lines part them', () => {
    expect(shown('- [x] done\n\n- [ ] to do')).toEqual(['- [x] done', '', '- [ ] to do']);
  });

  it('keeps the signs of Markdown where there are no styles', () => {
    const letter = readLetter({ title: null, content: '## A *b*\n\n**c** ~~d~~ `e` `` f`g ``' }, 100);
    expect(setLetter(letter, 60, 'typed').map(textOf)).toEqual(['## A *b*', '', '**c** ~~d~~ `e` `` f`g ``']);
  });

  it('has tables in columns, which break between words where they must', () => {
    const table = '| resource | price |\n|---|--:|\n| CPU, a second | 6.25 |\n| 語語 | 50 |';
    expect(shown(table)).toEqual([
      'resource       price',
      '─────────────  ─────',
      'CPU, a second   6.25',
      '語語              50',
    ]);
    expect(shown(table, 15)).toEqual([
      'resource  price',
      '────────  ─────',
      'CPU, a     6.25',
      'second',
      '語語         50',
    ]);
  });

  it('has quotes, code as it was typed, and what it cannot set', () => {
    expect(shown('> said\n> > before\n\n```\nif x:\n    y\n```\n\n<b onclick="x">raw</b>')).toEqual([
      ...['> said', '>', '> > before', '', '  if x:', '      y', '', '<b onclick="x">raw</b>'],
    ]);
  });

  it('keeps the line breaks of plain text, and no word is cut that fits a line', () => {
    const words = Array.from({ length: 300 }, (_, index) => 'abcdefghijklmnop'.slice(0, 1 + ((index * 7) % 16)));
    expect(shown('one\ntwo')).toEqual(['one', 'two']);
    expect(shown(words.join(' '), 20).flatMap((line) => line.split(' '))).toEqual(words);
  });

  it('shows controls that are spelt as numbers, and obeys none', () => {
    const text = shown('a&#27;[2J &#x9b;31m `&#27;` &amp; &lt;b> [x](http://&#27;)').join('\n');
    expect(text).toBe('a␛[2J \uFFFD31m &#27; & <b> x (http://&#27;)');
    expect(text).not.toMatch(/\p{Cc}/u);
  });
});

describe('what is said twice', () => {
  it('is said once where the text begins with its title', () => {
    expect(shown('# News!\n\nText', 60, 'News')).toEqual(['News', '', 'Text']);
    expect(shown('# News', 60, 'News')).toEqual(['News', '', 'News']);
  });

  it('is left out where an agent opens each of its letters with the same words', () => {
    const first = readLetter({ title: null, content: 'Good day, I am ada.\n\nOne.' }, 100);
    const second = readLetter({ title: null, content: 'Good day, I am ada.\n\nTwo.' }, 100, first.opening);
    expect(second.isFolded).toBe(true);
    expect(setLetter(second, 60, 'styled').map(textOf)).toEqual(['Two.']);
    expect(readLetter({ title: null, content: 'Good day, I am ada.' }, 100, first.opening).isFolded).toBe(false);
  });
});

const LONG = 100_000;
const filled = (unit: string) => unit.repeat(Math.ceil(LONG / unit.length)).slice(0, LONG);
const HOSTILE: Readonly<Record<string, string>> = {
  'nested quotes': '>'.repeat(LONG),
  'spaced quotes': filled('> '),
  'nested lists': filled('1. '),
  'indented lists': Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth * 2)}- a`).join('\n'),
  'a wide table': `|${filled('a|')}\n|${filled('-|')}\n${filled('|a|b\n')}`,
  'a long table': `|${'a|'.repeat(38)}\n|${'-|'.repeat(38)}\n${filled('|a|b\n')}`,
  emphasis: `${'**a '.repeat(12_000)}${' b**'.repeat(12_000)}`,
  'many emphases': `${'**a '.repeat(50)}${' b**'.repeat(50)}\n\n`.repeat(160),
  brackets: filled('!['),
  ticks: filled('`a'),
  underscores: filled('_a'),
  'one line': filled('x'),
  'wide letters': filled('語'),
  'empty lines': filled('\n'),
  tags: filled('<a '),
};

describe('a letter that is made to break it', () => {
  it.each(Object.entries(HOSTILE))('of %s is set quickly, and no line is too wide', (_name, content) => {
    const begun = performance.now();
    const lines = set(content, 60);
    // As in letter.test.ts: only what hangs takes that long.
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(lines.filter((line) => lineWidth(line) > 60)).toEqual([]);
  });

  it('stands behind its bar, whatever it is made of', () => {
    const signs = [
      '>',
      '- ',
      '1. ',
      '#',
      '|',
      '-',
      '`',
      '*',
      '_',
      '[',
      '](',
      '\n',
      '\n\n',
      ' ',
      'a',
      '語',
      '&#27;',
      '\u0301',
      '<b>',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...signs), { maxLength: 60 }),
        fc.integer({ min: 4, max: 60 }),
        (parts, columns) => {
          const prompt = { id: 'prompt_3', agent_id: 'ada', title: null, content: parts.join(''), files: [] };
          const lines = promptFrame(prompt, columns);
          expect(lines.slice(1, -1).filter((line) => !line.startsWith('│'))).toEqual([]);
          expect(lines.join('')).not.toMatch(/\p{Cc}/u);
          expect(set(prompt.content, columns).filter((line) => lineWidth(line) > columns)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
