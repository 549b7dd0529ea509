import { MARK_MAX, MARKS, type Mark, type Prompt } from '../../domain/attention.ts';
import { toCredits } from '../../domain/credits.ts';
import { checkId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { authorView } from '../../economy/views/author-view.ts';
import { findPrompt, promptsBefore, promptView } from '../../economy/views/prompt-view.ts';
import { answeredRequest } from './answered-request.ts';
import { knownOpening } from './known-opening.ts';

/** What this agent showed before it: so many are shown with it. */
const EARLIER = 5;

export type WholePrompt = ReturnType<typeof wholePromptOf>;

/**
 * One prompt with all that helps to mark it: who wrote it, how its last ones were marked, what it answers and what a mark
 * is worth. Refuses: `invalid_id`, `prompt_not_found`.
 */
export function wholePrompt(economy: Economy, promptId: number): Result<WholePrompt> {
  const wrong = checkId('prompt', promptId);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const prompt = findPrompt(economy, promptId);
    if (!prompt) return refuse('prompt_not_found', `there is no prompt_${promptId}; bp-agents prompts lists them`);
    return accept(wholePromptOf(economy, prompt));
  });
}

function wholePromptOf(economy: Economy, prompt: Prompt) {
  return {
    ...promptView(prompt),
    request: answeredRequest(economy, prompt) ?? null,
    author: authorView(economy, prompt),
    /** Of the same agent, the newest first. */
    earlier: earlierOf(economy, prompt),
    known_opening: knownOpening(economy, prompt),
    mark_max: MARK_MAX,
    /** Credits that each mark issues. */
    rates: ratesOf(economy),
    reason_chars_max: economy.config.attention.reason_chars_max,
  };
}

function earlierOf(economy: Economy, { agentId, id }: Prompt) {
  return promptsBefore(economy, id, EARLIER, agentId)
    .map(promptView)
    .map((view) => {
      const { id: promptId, title, status, scores, reason, reward, answered_at: at } = view;
      const { attention_seconds } = view;
      return { id: promptId, title, status, scores, reason, reward, answered_at: at, attention_seconds };
    });
}

function ratesOf({ config }: Economy): Readonly<Record<Mark, number>> {
  const rates = MARKS.map((mark) => [mark, toCredits(config.attention.rates[mark])]);
  return Object.fromEntries(rates) as Record<Mark, number>;
}
