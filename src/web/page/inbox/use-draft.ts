import { useState } from 'preact/hooks';
import type { Mark } from '../../../domain/attention.ts';
import type { Draft } from './draft.ts';
import { keepDraft, readDraft } from './drafts.ts';

export interface EditedDraft {
  readonly draft: Draft;
  /** Undefined takes it back. */
  readonly setMark: (mark: Mark, value: number | undefined) => void;
  readonly setReason: (reason: string) => void;
}

/** What was begun for this prompt. It is kept in the tab at once: the next key may already close the panel. */
export function useDraft(promptId: string): EditedDraft {
  const [draft, setDraft] = useState<Draft>(() => readDraft(promptId));
  const change = (next: Draft) => {
    keepDraft(promptId, next);
    setDraft(next);
  };
  return {
    draft,
    setMark(mark, value) {
      const { [mark]: _old, ...marks } = draft.marks;
      change({ ...draft, marks: value === undefined ? marks : { ...marks, [mark]: value } });
    },
    setReason: (reason) => change({ ...draft, reason }),
  };
}
