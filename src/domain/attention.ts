import { add, floorShare, min, multiply, subtract, type MicroCredits } from './credits.ts';
import type { PromptFile } from './prompt-files.ts';
import type { Refusal } from './refusal.ts';
import { checkWhole } from './whole-number.ts';

/** `queued` on the deck, `open` in the slot, or how it ended. */
export type PromptStatus = 'queued' | 'open' | 'scored' | 'skipped' | 'expired';

export const MARKS = ['interesting', 'useful', 'understandable'] as const;
export type Mark = (typeof MARKS)[number];

/** The human's three marks, integers from 0 to 10. */
export type Scores = Readonly<Record<Mark, number>>;

export const MARK_MAX = 10;

/** Whether this is a mark. Refuses as `checkWhole` does; `field` names the mark. */
export function checkMark(value: unknown, field: string): Refusal | undefined {
  return checkWhole(value, field, { least: 0, most: MARK_MAX });
}

/** What is wrong with the first of the marks that is none. */
export function checkScores(scores: Readonly<Record<Mark, unknown>>): Refusal | undefined {
  for (const mark of MARKS) {
    const refusal = checkMark(scores[mark], mark);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The three together, 0 to 30. */
export function sumOf(scores: Scores): number {
  return MARKS.reduce((sum, mark) => sum + scores[mark], 0);
}

/** Σ mark × rate. */
export function reward(scores: Scores, rates: Readonly<Record<Mark, MicroCredits>>): MicroCredits {
  return add(...MARKS.map((mark) => multiply(rates[mark], scores[mark])));
}

/**
 * What an unanswered prompt gives back: floor(paid × attention's price ÷ reserve cost, both at allocation),
 * but never more than is left of the price after earlier refunds.
 */
export function expiryRefund(paid: {
  readonly price: MicroCredits;
  readonly attentionPrice: MicroCredits;
  readonly reserveCost: MicroCredits;
  readonly refunded: MicroCredits;
}): MicroCredits {
  return min(floorShare(paid.price, paid.attentionPrice, paid.reserveCost), subtract(paid.price, paid.refunded));
}

/** One prompt, as the store keeps it. */
export interface Prompt {
  readonly id: number;
  readonly executionId: number;
  readonly agentId: string;
  readonly payerId: string;
  readonly title: string | null;
  readonly content: string;
  /** Handed over with it, in the order in which they were named. */
  readonly files: readonly PromptFile[];
  /** JSON of the bid to be placed when the prompt ends. */
  readonly nextBid: string | null;
  /** The operator's request that it answers, by its agent's word. */
  readonly requestId: number | null;
  readonly nextBidStatus: string | null;
  readonly nextBidDetail: string | null;
  readonly status: PromptStatus;
  readonly submittedAt: number;
  readonly openedAt: number | null;
  /** The market's running time at the first cycle after it took the slot; its time counts from there. */
  readonly openedRunningMs: number | null;
  /** When a face first put it before the human; null: none has. */
  readonly shownAt: number | null;
  /** When the human last acted on it, or was shown it. */
  readonly actedAt: number | null;
  /** What it has taken of the human's time; null where nobody saw it. */
  readonly attentionMs: number | null;
  readonly endedAt: number | null;
  readonly scores: Scores | null;
  readonly reason: string | null;
  readonly reward: MicroCredits;
  /** What of the reward went on to those who are owed a share of it. */
  readonly royalty: MicroCredits;
  readonly refund: MicroCredits;
  /** When its text was let go of; null while it is kept. */
  readonly purgedAt: number | null;
}
