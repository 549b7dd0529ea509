import { useEffect, useState } from 'preact/hooks';
import type { Mark } from '../../../domain/attention.ts';
import { NO_DRAFT, type Draft } from './draft.ts';
import { keepDraft, readDraft } from './drafts.ts';

export interface EditedDraft {
  readonly draft: Draft;
  /** Undefined takes it back. */
  readonly setMark: (mark: Mark, value: number | undefined) => void;
  readonly setReason: (reason: string) => void;
}

/** What was begun for this prompt, kept in the tab while it is written. */
export function useDraft(promptId: string): EditedDraft {
  const [draft, setDraft] = useState<Draft>(() => readDraft(promptId));
  useEffect(() => keepDraft(promptId, draft === NO_DRAFT ? undefined : draft), [promptId, draft]);
  return {
    draft,
    setMark: (mark, value) =>
      setDraft(({ marks: { [mark]: _old, ...marks }, ...rest }) => ({
        ...rest,
        marks: value === undefined ? marks : { ...marks, [mark]: value },
      })),
    setReason: (reason) => setDraft((it) => ({ ...it, reason })),
  };
}
