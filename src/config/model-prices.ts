import type { BudgetLimits } from '../domain/model-budget.ts';
import { inMillionths, tokenValue, type ModelPrice, type TokenValue } from '../domain/model-price.ts';
import { BpError } from '../platform/errors.ts';
import type { Config } from './schema.ts';
import { nearest } from './suggestion.ts';

type Intelligence = Config['intelligence'];
type ModelConfig = Intelligence['providers'][number]['models'][number];

/** What models may cost, and what the configuration says that they do. */
export interface ModelBudget {
  readonly currency: string;
  readonly limits: BudgetLimits;
  /** By the first of its names, the models that have no price. */
  readonly unpriced: readonly string[];
  /** Of the market's tokens, by those that have one. */
  readonly value: TokenValue;
}

/** Throws `BpError` `config_invalid` where a price is that of no model. */
export function modelBudget({ providers, prices, currency, budget }: Intelligence): ModelBudget {
  const models = providers.flatMap((provider) => provider.models);
  const names = models.flatMap(namesOf);
  const stray = Object.keys(prices).find((name) => !names.includes(name));
  if (stray !== undefined) throw unknownPrice(stray, names);
  const priced = models.map((model) => ({ model, price: priceOf(model, prices) }));
  return {
    currency,
    limits: { day: inMoney(budget.day), total: inMoney(budget.total) },
    unpriced: priced.flatMap(({ model, price }) => (price ? [] : [model.name])),
    value: tokenValue(
      priced.flatMap(({ model, price }) => (price ? [{ name: model.name, weights: weightsOf(model), price }] : [])),
    ),
  };
}

/** By its own name, an alias or the provider's name, whichever has a price first. */
export function priceOf(model: ModelConfig, prices: Intelligence['prices']): ModelPrice | undefined {
  const name = namesOf(model).find((known) => Object.hasOwn(prices, known));
  const price = name === undefined ? undefined : prices[name];
  if (!price) return undefined;
  const { input, cached_input: cached = input, cache_write: written = input, output } = price;
  return {
    input: inMillionths(input),
    cached: inMillionths(cached),
    written: inMillionths(written),
    output: inMillionths(output),
  };
}

export function weightsOf({ input_weight: input, cached_weight: cached, output_weight: output }: ModelConfig) {
  return { input, cached, output };
}

function namesOf({ name, aliases, upstream }: ModelConfig): readonly string[] {
  return [name, ...aliases, ...(upstream === undefined ? [] : [upstream])];
}

function inMoney({ money, tokens }: Intelligence['budget']['day']): BudgetLimits['day'] {
  return { money: money === null ? null : inMillionths(money), tokens };
}

const NAMES_TOLD = 8;

function unknownPrice(name: string, known: readonly string[]): BpError {
  const meant = nearest(name, known);
  const told = `${known.slice(0, NAMES_TOLD).join(', ')}${known.length > NAMES_TOLD ? ', …' : ''}`;
  const hint =
    known.length === 0
      ? 'no model is configured: see intelligence.providers'
      : meant === undefined
        ? `models here are ${told}`
        : `did you mean ${meant}?`;
  return new BpError('config_invalid', `intelligence.prices.${name} is the price of no model`, { hint });
}
