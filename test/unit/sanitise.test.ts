import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitiseLine, sanitiseText } from '../../src/terminal/sanitise.ts';
import { cutToWidth, displayWidth, padToWidth, wrapToWidth } from '../../src/terminal/width.ts';

/** Everything that could move a cursor, change a direction, hide, or be seen differently by different terminals. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Regional_Indicator}]/u;
const LIMITS = { charsMax: 10_000, linesMax: 100 };

/** Any text, with much of what is harmful in it. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes)),
      fc.array(fc.nat(0x200)).map((codes) => String.fromCodePoint(...codes)),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '\x1b[2J',
        '\x1b]0;title\x07',
        '\x1b]52;c;aGk=\x07',
        '\x9b31m',
        '\r',
        '\n',
        '\r\n',
        '\t',
        '\u202E',
      ),
      fc.constantFrom(
        '\u2066',
        '\u200F',
        '\u061C',
        '\u2028',
        '\u200B',
        '\uFEFF',
        '\u{E0041}',
        '\uFE0F',
        '\uD800',
        '\u00AD',
      ),
      fc.constantFrom('e' + '\u0301'.repeat(50), '👨‍👩‍👧', '🇩🇪', '日本語', '\u115F', '\u3164', '\u{F0000}'),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('a sanitised line', () => {
  it('holds nothing harmful, whatever it is made from', () => {
    fc.assert(
      fc.property(hostileText, (text) => !HARMFUL.test(sanitiseLine(text))),
      { numRuns: 500 },
    );
  });

  it('is not changed by being sanitised again', () => {
    fc.assert(fc.property(hostileText, (text) => sanitiseLine(sanitiseLine(text)) === sanitiseLine(text)));
  });

  it('shows controls and what could reorder the line', () => {
    expect(sanitiseLine('\x1b]0;own\x07 \x7f \x9b31m')).toBe('␛]0;own␇ ␡ �31m');
    expect(sanitiseLine('a\nb\r\n\tc')).toBe('a␊b␍␊␉c');
    expect(sanitiseLine('abc\u202Edef\u2069\u200F\u061C')).toBe('abc�def���');
  });

  it('loses what is invisible', () => {
    expect(sanitiseLine('pass\u200Bword\uFEFF\u00AD \u{E0068}\u{E0069}x\uFE0F')).toBe('password x');
  });

  it('keeps the writing of people', () => {
    for (const text of [
      'Grüße, señor',
      'Ελληνικά',
      'привет',
      'עברית',
      'العربية',
      'हिन्दी',
      '日本語',
      '한국어',
      'ไทย',
      'naïve 🎉',
    ])
      expect(sanitiseLine(text)).toBe(text.normalize('NFC'));
  });

  it('takes emoji apart where terminals disagree on their width', () => {
    expect(sanitiseLine('👨‍👩‍👧 🇩🇪 👍🏽 ❤️')).toBe('👨👩👧 DE 👍 ❤');
  });

  it('lets no letter carry a tower of marks, and no mark stand on what comes before', () => {
    expect(sanitiseLine(`x${'\u0323'.repeat(40)}y`)).toBe(`x${'\u0323'.repeat(4)}y`);
    expect(sanitiseLine('\u0301a')).toBe('\u25CC\u0301a');
  });

  it('is cut at its limit, between characters', () => {
    expect(sanitiseLine('abcdef', 3)).toBe('abc…');
    expect(sanitiseLine('ab🎉', 3)).toBe('ab…');
  });
});

describe('sanitised text', () => {
  it('holds nothing harmful in any line, whatever it is made from', () => {
    fc.assert(
      fc.property(hostileText, (text) => sanitiseText(text, LIMITS).every((line) => !HARMFUL.test(line))),
      { numRuns: 500 },
    );
  });

  it('keeps lines and turns tabs into spaces', () => {
    expect(sanitiseText('a\r\nb\n\tc\u2028d\re', LIMITS)).toEqual(['a', 'b', '    c', 'd␍e']);
  });

  it('says where a limit cut it off', () => {
    expect(sanitiseText('a\nb\nc', { charsMax: 100, linesMax: 2 })).toEqual(['a', 'b', '…']);
    expect(sanitiseText('abcdef', { charsMax: 4, linesMax: 2 })).toEqual(['abcd', '…']);
  });
});

describe('width', () => {
  it('counts wide characters twice and marks not at all', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0323\u0301')).toBe(1);
    expect(displayWidth('🎉')).toBe(2);
  });

  it('cuts and pads to columns, not to characters', () => {
    expect(cutToWidth('日本語', 5)).toBe('日本…');
    expect(cutToWidth('日本語', 4)).toBe('日…');
    expect(cutToWidth('abc', 3)).toBe('abc');
    expect(cutToWidth('abc', 0)).toBe('');
    expect(padToWidth('日', 4)).toBe('日  ');
  });

  it('wraps at spaces where it can', () => {
    expect(wrapToWidth('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapToWidth('one two', 7)).toEqual(['one two']);
    expect(wrapToWidth('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapToWidth('  indented text', 10)).toEqual(['  indented', 'text']);
    expect(wrapToWidth('日本語', 4)).toEqual(['日本', '語']);
    expect(wrapToWidth('', 4)).toEqual(['']);
  });

  it('never makes a line wider than asked for, and loses no letter', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const line = sanitiseLine(text);
        const wrapped = wrapToWidth(line, columns);
        expect(wrapped.every((part) => displayWidth(part) <= columns)).toBe(true);
        expect(wrapped.join('').replaceAll(/\s/gu, '')).toBe(line.replaceAll(/\s/gu, ''));
        expect(displayWidth(cutToWidth(line, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
