import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../../src/protocol/json-body.ts';

const read = (text: string) => parseJsonBody(Buffer.from(text));

describe('a body', () => {
  it('is what JSON says', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it.each([
    ['numbers', `[${'0,'.repeat(100_000)}0]`],
    ['objects', `[${'{},'.repeat(60_000)}{}]`],
    ['what is no JSON', '['.repeat(100_001)],
    ['values after a text with quotes', `["\\\\\\"\\\\",${'0,'.repeat(100_000)}0]`],
  ])('of too many values is refused before it is read: %s', (_, text) => {
    expect(read(text)).toMatchObject({ ok: false, code: 'body_too_large', limit: 100_000 });
  });

  it('may hold what looks like values in its texts', () => {
    for (const text of [',[{'.repeat(100_000), '\\",'.repeat(100_000), '\\'.repeat(99_999)]) {
      const body = JSON.stringify([text]);
      expect(read(body)).toEqual({ ok: true, value: [text] });
    }
  });

  it('that ends within a text is no JSON', () => {
    expect(read('["abc')).toMatchObject({ code: 'invalid_json' });
    expect(read('["abc\\"')).toMatchObject({ code: 'invalid_json' });
  });
});
