import type { Prompt, Scores } from '../domain/attention.ts';
import type { MicroCredits } from '../domain/credits.ts';
import type { Result } from '../domain/refusal.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import type { Economy } from '../economy/economy.ts';
import { scorePrompt, skipPrompt } from '../economy/attention/end-prompt.ts';
import { welcomeHuman } from '../economy/attention/prompt-slot.ts';
import { openPrompt } from '../economy/views/prompt-view.ts';
import { answeredRequest, type AnsweredRequest } from './views/answered-request.ts';
import { stateOf } from '../economy/views/status-view.ts';

/** What an answer came to. */
export interface AnsweredPrompt {
  readonly promptId: number;
  readonly agentId: string;
  readonly reward: MicroCredits;
}

/** The human's own hand: what the operator of a face that stays can do with prompts. */
export class PromptDesk {
  readonly #economy: Economy;
  #isWelcoming = false;

  constructor(economy: Economy) {
    this.#economy = economy;
  }

  /** The prompt that has the slot now. Cheap. */
  open(): Prompt | undefined {
    return openPrompt(this.#economy);
  }

  /** The operator's own wish that it answers. */
  requestOf(prompt: Prompt): AnsweredRequest | undefined {
    return answeredRequest(this.#economy, prompt);
  }

  /** Refuses as `scorePrompt` does. An answer waits for another process that holds the database. */
  score(promptId: number, scores: Scores, reason: string | null): Promise<Result<AnsweredPrompt>> {
    return onceFree(this.#economy, () => scorePrompt(this.#economy, promptId, scores, reason));
  }

  /** Refuses as `skipPrompt` does. */
  skip(promptId: number): Promise<Result<AnsweredPrompt>> {
    return onceFree(this.#economy, () => skipPrompt(this.#economy, promptId));
  }

  /** The human is there: attention is free again. Cheap where it was never away. */
  async welcome(): Promise<void> {
    if (this.#isWelcoming || !stateOf(this.#economy).humanAway) return;
    this.#isWelcoming = true;
    try {
      await onceFree(this.#economy, () => welcomeHuman(this.#economy));
    } finally {
      this.#isWelcoming = false;
    }
  }
}
