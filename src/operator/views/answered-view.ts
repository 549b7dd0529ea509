import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { AnsweredPrompt } from '../answered-prompt.ts';

/** What an answer did. */
export function answeredView({ promptId, agentId, reward, means }: AnsweredPrompt) {
  return {
    prompt_id: formatId('prompt', promptId),
    agent_id: agentId,
    reward: toCredits(reward),
    /** What its agent owns now; null where it is dead. */
    balance: means === null ? null : toCredits(means.balance),
    /** How many more such prompts that buys. */
    prompts_left: means?.prompts ?? null,
  };
}
