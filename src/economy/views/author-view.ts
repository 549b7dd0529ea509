import { toCredits } from '../../domain/credits.ts';
import type { Prompt } from '../../domain/attention.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { meansOf } from './means-view.ts';

/**
 * The agent that showed a prompt, with what the human who marks it wants to know. Its name alone where nothing else is
 * known.
 */
export function authorView(economy: Economy, prompt: Pick<Prompt, 'agentId' | 'executionId'>) {
  const { [STORE]: store } = economy;
  const { agentId } = prompt;
  const agent = store.agents.find(agentId);
  const means = meansOf(economy, prompt);
  return {
    id: agentId,
    status: agent?.status ?? null,
    parent: agent?.parentId ?? null,
    template: agent?.template ?? null,
    children: store.agents.children(agentId),
    /** By all its prompts, ever. */
    earned: toCredits(store.prompts.earned(agentId)),
    /** Of which it has bid some; null where it is dead. */
    balance: means === undefined ? null : toCredits(means.balance),
    /** How many more such as this one it could show from that; null where it is dead. */
    prompts_left: means?.prompts ?? null,
  };
}
