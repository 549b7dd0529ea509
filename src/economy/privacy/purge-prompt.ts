import type { Prompt } from '../../domain/attention.ts';
import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

export interface PurgedPrompt {
  readonly promptId: number;
  readonly agentId: string;
  /** False where it had none left. */
  readonly hadText: boolean;
}

/**
 * Takes away what a prompt showed and the reason that the human gave; its marks and its reward stay. Idempotent.
 * Refuses as `endedPrompt` does.
 */
export function purgePrompt(deps: Economy, promptId: number): Result<PurgedPrompt> {
  const { [STORE]: store, clock } = deps;
  return store.transaction(() => {
    const prompt = endedPrompt(deps, promptId);
    if (!prompt.ok) return prompt;
    const { agentId } = prompt.value;
    return accept({ promptId, agentId, hadText: store.texts.purgePrompt(promptId, clock.now()) });
  });
}

/** The prompt, where its text may go. Refuses: `invalid_id`, `prompt_not_found`, `prompt_not_ended`. */
export function endedPrompt({ [STORE]: store }: Economy, promptId: number): Result<Prompt> {
  const wrong = checkId('prompt', promptId);
  if (wrong) return wrong;
  const prompt = store.prompts.find(promptId);
  if (!prompt) return refuse('prompt_not_found', 'the id must be that of a prompt; bp-agents prompts lists them');
  if (prompt.endedAt !== null) return accept(prompt);
  return refuse(
    'prompt_not_ended',
    `${formatId('prompt', promptId)} is ${prompt.status}; mark or skip it before it is purged`,
    { field: 'prompt' },
  );
}
