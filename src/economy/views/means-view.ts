import type { Prompt } from '../../domain/attention.ts';
import type { MicroCredits } from '../../domain/credits.ts';
import { bundleCost } from '../../domain/resources.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What an agent can still do with what it owns. */
export interface Means {
  /** All that it owns, what it has bid included. */
  readonly balance: MicroCredits;
  /** How many executions such as the one that showed the prompt this buys at today's prices. */
  readonly prompts: number;
}

/** Of the agent that showed this prompt; undefined where it is dead, and owns nothing more. */
export function meansOf(
  { [STORE]: store }: Economy,
  { agentId, executionId }: Pick<Prompt, 'agentId' | 'executionId'>,
): Means | undefined {
  if (store.agents.find(agentId)?.status === 'dead') return undefined;
  const { posted } = store.accounts.balance(agentId);
  const cost = bundleCost(store.executions.get(executionId).bundle, store.markets.prices());
  return { balance: posted, prompts: Math.floor(posted / cost) };
}
