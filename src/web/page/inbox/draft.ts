import { MARKS, type Mark, type Scores } from '../../../domain/attention.ts';

/** Marks that are not sent yet. */
export interface Draft {
  readonly marks: Readonly<Partial<Record<Mark, number>>>;
  readonly reason: string;
}

export const NO_DRAFT: Draft = { marks: {}, reason: '' };

/** Undefined where a mark is missing. */
export function scoresOf({ marks }: Draft): Scores | undefined {
  const { interesting, useful, understandable } = marks;
  if (interesting === undefined || useful === undefined || understandable === undefined) return undefined;
  return { interesting, useful, understandable };
}

/** The first one that is missing. */
export function nextMark({ marks }: Draft): Mark | undefined {
  return MARKS.find((mark) => marks[mark] === undefined);
}

/** What they would issue, as far as they are given. */
export function worth({ marks }: Draft, rates: Readonly<Record<Mark, number>>): number {
  return MARKS.reduce((sum, mark) => sum + (marks[mark] ?? 0) * rates[mark], 0);
}
