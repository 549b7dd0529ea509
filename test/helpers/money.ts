import type { TestEconomy } from './economy.ts';

/** All that a refused request must leave as it was: every balance, every row of the ledger, every bid, agent and prompt. */
export function economyState({ store }: TestEconomy): unknown {
  const agents = store.agents.page(0, 10_000);
  return {
    head: store.transfers.head(),
    totals: store.accounts.totals(),
    balances: agents.map(({ id }) => [id, store.accounts.balance(id)]),
    agents,
    bids: store.bids.page(Number.MAX_SAFE_INTEGER, 10_000),
    prompts: store.prompts.page(Number.MAX_SAFE_INTEGER, 10_000),
    messages: store.messages.page(Number.MAX_SAFE_INTEGER, 10_000),
  };
}
