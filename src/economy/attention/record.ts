import type { Prompt } from '../../domain/attention.ts';
import { withAnswer, type Answer } from '../../domain/expected-marks.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Takes the human's answer into the record of the agent that showed the prompt, dead or alive. What expired is no answer.
 * Runs inside the caller's transaction.
 */
export function recordAnswer({ [STORE]: store }: Economy, { agentId }: Pick<Prompt, 'agentId'>, answer: Answer): void {
  store.records.put(agentId, withAnswer(store.records.find(agentId), answer));
}
