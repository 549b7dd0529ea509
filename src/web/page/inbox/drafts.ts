import { NO_DRAFT, type Draft } from './draft.ts';

const PREFIX = 'draft ';

/** What was begun for each prompt, kept in this tab: it outlives a reload, and ends with the tab. */
export function readDraft(promptId: string): Draft {
  try {
    const kept = sessionStorage.getItem(PREFIX + promptId);
    return kept === null ? NO_DRAFT : { ...NO_DRAFT, ...(JSON.parse(kept) as Draft) };
  } catch {
    return NO_DRAFT;
  }
}

export function keepDraft(promptId: string, draft: Draft): void {
  try {
    sessionStorage.setItem(PREFIX + promptId, JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing loses them with a reload.
  }
}

export function forgetDraft(promptId: string): void {
  try {
    sessionStorage.removeItem(PREFIX + promptId);
  } catch {
    // Nothing is kept there.
  }
}
