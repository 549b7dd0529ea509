import type { CallOutcome, TokenUsage } from './tokens.ts';

/** One call of a language model that has ended, for somebody who looks on. */
export interface EndedCall {
  readonly id: number;
  readonly executionId: number;
  readonly provider: string;
  /** By its first name: agents may use others. */
  readonly model: string;
  readonly outcome: CallOutcome;
  /** Undefined where nothing is to be paid for, and where nobody knows. */
  readonly usage: TokenUsage | undefined;
  readonly durationMs: number;
  /** There only where it is wanted. */
  readonly content: CallContent | undefined;
}

export interface CallContent {
  /** The body of the call, as far as it was passed on. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** The words of the answer, as far as they came. */
  readonly answered: string;
}

export interface CallObserver {
  /** Characters of an answer that it wants; 0: no content at all. */
  readonly contentCharsMax: number;
  /** Told of each call once it is settled. Must neither throw nor wait. */
  callEnded(call: EndedCall): void;
}
