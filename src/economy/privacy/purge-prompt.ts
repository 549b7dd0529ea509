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
 * Refuses: `invalid_id`, `prompt_not_found`, `prompt_not_ended`.
 */
export function purgePrompt({ [STORE]: store, clock }: Economy, promptId: number): Result<PurgedPrompt> {
  const wrong = checkId('prompt', promptId);
  if (wrong) return wrong;
  return store.transaction(() => {
    const prompt = store.prompts.find(promptId);
    if (!prompt) return refuse('prompt_not_found', 'the id must be that of a prompt; bp-agents prompts lists them');
    if (prompt.endedAt === null)
      return refuse(
        'prompt_not_ended',
        `${formatId('prompt', promptId)} is ${prompt.status}; mark or skip it before it is purged`,
        { field: 'prompt' },
      );
    return accept({
      promptId,
      agentId: prompt.agentId,
      hadText: store.texts.purgePrompt(promptId, clock.now()),
    });
  });
}
