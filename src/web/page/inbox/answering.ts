import type { Scores } from '../../../domain/attention.ts';
import { post, RefusedCall } from '../api.ts';
import { announce } from '../shell/announcer.tsx';
import { forgetDraft } from './drafts.ts';

/** How long an answer is held back, so that it can be taken back. */
export const HOLD_MS = 5000;

/** An answer that is given, and not sent yet. */
export interface HeldAnswer {
  readonly promptId: string;
  readonly agentId: string;
  /** Null: it is skipped. */
  readonly scores: Scores | null;
  readonly reason: string;
  readonly worth: number;
  /** When it was given, by `performance.now()`. */
  readonly at: number;
}

/** What became of the last one. */
export type Told =
  | { readonly kind: 'done'; readonly promptId: string; readonly said: string; readonly reward: number }
  | { readonly kind: 'failed'; readonly promptId: string; readonly said: string }
  | { readonly kind: 'elsewhere'; readonly promptId: string; readonly said: string };

interface AnswerReply {
  readonly reward: number;
  readonly said: string;
}

/**
 * The one answer that is on its way. It is held in the page and nowhere else: a tab that closes has sent nothing, and the
 * prompt stays open.
 */
export class Answering {
  #held: HeldAnswer | undefined;
  #told: Told | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSending = false;
  /** Those that were sent from here: their end is no news. */
  readonly #sent = new Set<string>();
  readonly #listeners = new Set<() => void>();

  get held(): HeldAnswer | undefined {
    return this.#held;
  }

  get told(): Told | undefined {
    return this.#told;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  isSent(promptId: string): boolean {
    return this.#sent.has(promptId);
  }

  /** Holds it back, and sends it then. Nothing where one is held already. */
  hold(answer: Omit<HeldAnswer, 'at'>): void {
    if (this.#held) return;
    this.#held = { ...answer, at: performance.now() };
    this.#told = undefined;
    this.#timer = setTimeout(() => void this.sendNow(), HOLD_MS);
    announce(`${answer.scores ? 'Marks are' : 'The skip is'} sent in five seconds; u takes it back.`);
    this.#changed();
  }

  /** True where there was something to take back. */
  takeBack(): boolean {
    if (!this.#held || this.#isSending) return false;
    this.#letGo();
    announce('Taken back. Nothing was sent.');
    this.#changed();
    return true;
  }

  async sendNow(): Promise<void> {
    const held = this.#held;
    if (!held || this.#isSending) return;
    clearTimeout(this.#timer);
    this.#isSending = true;
    this.#changed();
    const { promptId, scores, reason } = held;
    try {
      const path = `/api/prompts/${encodeURIComponent(promptId)}/${scores ? 'score' : 'skip'}`;
      this.#sent.add(promptId);
      const { said, reward } = await post<AnswerReply>(path, scores ? { ...scores, reason } : {});
      forgetDraft(promptId);
      this.#tell({ kind: 'done', promptId, said, reward });
    } catch (error) {
      this.#sent.delete(promptId);
      const why =
        error instanceof RefusedCall ? error.message : 'the program doesn’t answer; your marks are still here';
      this.#tell({ kind: 'failed', promptId, said: `Not sent: ${why}` });
    }
    this.#isSending = false;
    this.#letGo();
    this.#changed();
  }

  /** It was answered elsewhere, or expired: what is held for it is not sent. */
  endedElsewhere(promptId: string, said: string): void {
    if (this.#held?.promptId === promptId) {
      if (this.#isSending) return;
      this.#letGo();
    }
    forgetDraft(promptId);
    this.#tell({ kind: 'elsewhere', promptId, said });
    this.#changed();
  }

  /** Returns what ends the listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#held = undefined;
  }

  #tell(told: Told): void {
    this.#told = told;
    announce(told.said);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
