import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { modelBudget } from '../../src/config/model-prices.ts';
import { derive } from '../../src/config/supply.ts';
import { readCatalogue } from '../../src/intelligence/provider.ts';

const MODELS = [
  { name: 'gpt', upstream: 'gpt-4o-mini', aliases: ['small'] },
  { name: 'embed', upstream: 'text-embedding-3-small', embeds: true },
];
const PROVIDERS = `intelligence.providers=${JSON.stringify([
  { name: 'one', kind: 'openai', base_url: 'http://127.0.0.1:1/v1', models: MODELS },
  { name: 'two', kind: 'anthropic', base_url: 'http://127.0.0.1:1', models: [{ name: 'claude' }] },
])}`;
const KEYS = { environment: {}, readFile: () => '' };

function configOf(...overrides: readonly string[]) {
  return loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides: [PROVIDERS, ...overrides] });
}

describe('a price', () => {
  it('goes for a model by its name, an alias or what the provider calls it', () => {
    const price = { input: 150_000, cached: 75_000, written: 187_500, output: 600_000 };
    for (const name of ['gpt', 'small', 'gpt-4o-mini']) {
      const written = `{${name}: {input: 0.15, cached_input: 0.075, cache_write: 0.1875, output: 0.6}}`;
      const { intelligence } = configOf(`intelligence.prices=${written}`);
      const catalogue = readCatalogue(intelligence, KEYS);
      expect(catalogue.get('gpt')?.price).toEqual(price);
      expect(catalogue.get('small')?.price).toEqual(price);
      expect(catalogue.get('claude')?.price).toBeUndefined();
      expect(modelBudget(intelligence).unpriced).toEqual(['embed', 'claude']);
    }
  });

  it('of cached input is that of input where none is named', () => {
    const { intelligence } = configOf('intelligence.prices={claude: {input: 3, output: 15}}');
    const price = { input: 3_000_000, cached: 3_000_000, written: 3_000_000, output: 15_000_000 };
    expect(readCatalogue(intelligence, KEYS).get('claude')?.price).toEqual(price);
  });

  it('of a model that no provider has is refused, with the one that was meant', () => {
    const config = configOf('intelligence.prices={gpt-4o-mni: {input: 1, output: 1}}');
    const message = 'intelligence.prices.gpt-4o-mni is the price of no model';
    expect(() => derive(config, { cores: 2, memoryMb: 4000 })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message, hint: 'did you mean gpt-4o-mini?' }),
    );
    const other = configOf('intelligence.prices={constructor: {input: 1, output: 1}}');
    expect(() => derive(other, { cores: 2, memoryMb: 4000 })).toThrow(
      expect.objectContaining({
        hint: 'models here are gpt, small, gpt-4o-mini, embed, text-embedding-3-small, claude',
      }),
    );
  });

  it.each([
    ['{gpt: {input: 1.0000001, output: 1}}', /intelligence\.prices\.gpt\.input .* at most 6 decimals/],
    ['{gpt: {input: -1, output: 1}}', /intelligence\.prices\.gpt\.input is -1, but must be a number from 0 to 1000000/],
    ['{gpt: {input: 1}}', /intelligence\.prices\.gpt\.output is not set/],
    ['{gpt: {input: 1, output: 1, cached: 1}}', /gpt has the unknown key cached; known here: input, cached_input/],
    ['[1]', /intelligence\.prices is .* but must be a section of names, each with a section with input/],
    ['{gpt: 3}', /intelligence\.prices\.gpt is 3, but must be a section with input/],
  ])('that can not be one is told by its place: %s', (written, message) => {
    expect(() => configOf(`intelligence.prices=${written}`)).toThrow(message);
  });
});

describe('a budget', () => {
  it('has no limits where none are set', () => {
    const none = { money: null, tokens: null };
    expect(modelBudget(configOf().intelligence).limits).toEqual({ day: none, total: none });
  });

  it('is in millionths of the currency, and in tokens', () => {
    const { intelligence } = configOf(
      ...['intelligence.budget.day.money=2.5', 'intelligence.budget.day.tokens=1000', 'intelligence.currency=EUR'],
      'intelligence.budget.total.money=100.000001',
    );
    expect(modelBudget(intelligence)).toMatchObject({
      currency: 'EUR',
      limits: { day: { money: 2_500_000, tokens: 1000 }, total: { money: 100_000_001, tokens: null } },
    });
  });
});
