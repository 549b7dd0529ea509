import type { Prompt } from '../../domain/attention.ts';
import type { Economy } from '../../economy/economy.ts';
import { promptsBefore } from '../../economy/views/prompt-view.ts';
import { openingOf } from '../letter/without-repeats.ts';

/** How the letter before, of the same agent, began; null where the human hasn't answered that, or it was purged. */
export function knownOpening(economy: Economy, { id, agentId }: Pick<Prompt, 'id' | 'agentId'>): string | null {
  const [last] = promptsBefore(economy, id, 1, agentId);
  if (last?.purgedAt !== null) return null;
  return last.status === 'scored' || last.status === 'skipped' ? openingOf(last.content, last.title) : null;
}
