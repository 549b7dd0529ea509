import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { encodingOf, TokenCounter, type Encoding } from '../../src/intelligence/token-counter.ts';

const counter = new TokenCounter();
const nothing = { texts: [], extras: [], parts: 0, images: [], tokenNumbers: 0 };
const imageTokens = { most: 1000, least: 0, pixelsPerToken: 400 };

async function inputOf(texts: readonly string[], encoding: Encoding = 'o200k'): Promise<number> {
  return (await counter.inputOf({ ...nothing, texts }, { encoding, imageTokens })).most;
}

describe('the encoding of a model', () => {
  it.each([
    ['gpt-4o-mini', 'auto', 'o200k'],
    ['gpt-5-nano', 'auto', 'o200k'],
    ['o3', 'auto', 'o200k'],
    ['gpt-4-turbo', 'auto', 'cl100k'],
    ['text-embedding-3-small', 'auto', 'cl100k'],
    ['llama3.2', 'auto', 'bytes'],
    ['claude-sonnet-4-5', 'auto', 'bytes'],
    ['llama3.2', 'o200k', 'o200k'],
  ] as const)('%s, configured as %s: %s', (model, configured, encoding) => {
    expect(encodingOf(model, configured)).toBe(encoding);
  });
});

describe('input', () => {
  it('is never counted too low, whatever it is made of', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2000 }),
      fc.string({ unit: fc.constantFrom('the ', 'a', ' ', '\n', '東京', '🙂', '<|endoftext|>', '9'), maxLength: 3000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 3 }), async (texts) => {
        const exact = texts.reduce((sum, said) => sum + countTokens(said, { disallowedSpecial: new Set() }), 0);
        expect(await inputOf(texts)).toBeGreaterThanOrEqual(exact);
        expect(await inputOf(texts, 'bytes')).toBeGreaterThanOrEqual(exact);
      }),
      { numRuns: 200 },
    );
  });

  it('is not counted much too high where its family is known', async () => {
    const text = 'Markets allocate what is scarce; a ledger remembers who paid. '.repeat(200);
    const exact = countTokens(text);
    expect(await inputOf([text])).toBeLessThan(exact * 1.1 + 64);
  });

  it('costs more for each part, image and token number', async () => {
    const images = [undefined, { width: 100, height: 40 }, { width: 4000, height: 4000 }];
    const whole = { texts: [], extras: ['xyz'], parts: 3, images, tokenNumbers: 5 };
    const empty = await inputOf([]);
    const { most } = await counter.inputOf(whole, { encoding: 'bytes', imageTokens });
    expect(most - empty).toBe(3 + 3 * 8 + (1000 + (258 + 10) + 1000) + 5);
  });

  it('is at least half of the words, by the tokenizer or by eight bytes a token; what else there is says nothing', async () => {
    const said = {
      ...nothing,
      texts: ['word '.repeat(400)],
      extras: ['x'.repeat(5000)],
      parts: 9,
      images: [undefined],
    };
    const [known, unknown] = [{ encoding: 'o200k', imageTokens } as const, { encoding: 'bytes', imageTokens } as const];
    expect((await counter.inputOf(said, known)).least).toBe(Math.floor(countTokens(said.texts[0]!) / 2));
    expect((await counter.inputOf(said, unknown)).least).toBe(2000 / 8);
    // Beyond what is counted exactly.
    const long = { ...nothing, texts: ['word '.repeat(100_000)] };
    expect((await counter.inputOf(long, known)).least).toBe(500_000 / 8);
  });

  it('without a break does not hold up the others', async () => {
    // The tokenizer alone takes minutes for these.
    for (const text of ['a'.repeat(1_000_000), ' '.repeat(1_000_000), '9'.repeat(1_000_000)]) {
      const tokens = await inputOf([text]);
      expect(tokens).toBeGreaterThan(100_000);
      expect(tokens).toBeLessThanOrEqual(1_000_064);
    }
  });
});
