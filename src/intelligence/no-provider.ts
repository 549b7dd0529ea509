import { refuse, type Refusal } from '../domain/refusal.ts';

/** The answer to every call of a model while there is no provider to pass it to. */
export function noProvider(): Refusal {
  return refuse(
    'no_llm_provider',
    'no LLM provider is configured here: until the operator configures one and gives the market a supply of tokens ' +
      '(market.supply.tokens), bid for bundles with tokens 0 and go without a model',
  );
}
