import type { Prompt } from '../../domain/attention.ts';
import { formatId } from '../../domain/ids.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { promptsBefore, promptView, waitingPrompts } from '../../economy/views/prompt-view.ts';
import { checkLimit } from './newest-rows.ts';

/** A prompt in a list: without its text. */
export type PromptRow = Omit<ReturnType<typeof promptView>, 'content'>;

export interface PromptPage {
  /** The newest first. */
  readonly prompts: readonly PromptRow[];
  /** The id under which the next page begins; null where this is the last one. */
  readonly before: string | null;
}

/** Those that wait for marks: the open one, then those on deck, the oldest first. */
export function waitingPage(economy: Economy): readonly PromptRow[] {
  return snapshot(economy, () => waitingPrompts(economy).map(rowView));
}

/** Those that are over, with ids under `before`. Refuses as `checkLimit` does. */
export function endedPage(
  economy: Economy,
  { before = Number.MAX_SAFE_INTEGER, limit }: { readonly before?: number | undefined; readonly limit: number },
): Result<PromptPage> {
  const wrong = checkLimit(limit);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const count = limit + waitingPrompts(economy).length;
    const rows = promptsBefore(economy, before, count);
    const ended = rows.filter(({ endedAt }) => endedAt !== null);
    const shown = ended.slice(0, limit);
    const last = ended.length > limit || rows.length === count ? shown.at(-1) : undefined;
    return accept({ prompts: shown.map(rowView), before: last ? formatId('prompt', last.id) : null });
  });
}

function rowView(prompt: Prompt): PromptRow {
  const { content: _text, ...row } = promptView(prompt);
  return row;
}
