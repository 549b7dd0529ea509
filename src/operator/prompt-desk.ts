import type { Prompt, Scores } from '../domain/attention.ts';
import { accept, type Result } from '../domain/refusal.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import type { Economy } from '../economy/economy.ts';
import { scorePrompt, skipPrompt, type EndedPrompt } from '../economy/attention/end-prompt.ts';
import { noteAttention } from '../economy/attention/note-attention.ts';
import { welcomeHuman } from '../economy/attention/prompt-slot.ts';
import { findPrompt, openPrompt } from '../economy/views/prompt-view.ts';
import { answeredPrompt, type AnsweredPrompt, type AnswerPlace, type PromptEnding } from './answered-prompt.ts';
import { answeredRequest, type AnsweredRequest } from './views/answered-request.ts';
import { knownOpening } from './views/known-opening.ts';
import { stateOf } from '../economy/views/status-view.ts';

/** Answers of which it is known where they were given; of more, the newest. */
const PLACES_MAX = 100;

/** One sign of life in this time is enough. */
const SIGN_EVERY_MS = 2000;

type Face = Exclude<AnswerPlace, 'elsewhere'>;

/** The human's own hand: what the operator of a face that stays can do with prompts. The faces of a run share one. */
export class PromptDesk {
  readonly #economy: Economy;
  /** By the prompt's number. */
  readonly #places = new Map<number, Face>();
  #isWelcoming = false;
  #actedAt = -Infinity;
  #touchedAt: number;

  constructor(economy: Economy) {
    this.#economy = economy;
    this.#touchedAt = economy.clock.monotonic();
  }

  /** The prompt that has the slot now. Cheap. */
  open(): Prompt | undefined {
    return openPrompt(this.#economy);
  }

  /** The operator's own wish that it answers. */
  requestOf(prompt: Prompt): AnsweredRequest | undefined {
    return answeredRequest(this.#economy, prompt);
  }

  /** How its agent's last letter began, where the human knows that. */
  knownOpeningOf(prompt: Prompt): string | null {
    return knownOpening(this.#economy, prompt);
  }

  /** How a prompt ended; undefined where it hasn't, or where there is none. */
  ending(promptId: number): PromptEnding | undefined {
    const prompt = findPrompt(this.#economy, promptId);
    if (!prompt || prompt.endedAt === null) return undefined;
    const place = this.#places.get(promptId) ?? 'elsewhere';
    return { prompt, place: prompt.status === 'expired' ? null : place };
  }

  /** What an answer that was given elsewhere has come to, as of now. */
  answered({ id: promptId, agentId, reward }: Prompt): AnsweredPrompt {
    return answeredPrompt(this.#economy, { promptId, agentId, reward });
  }

  /** Refuses as `scorePrompt` does. An answer waits for another process that holds the database. */
  score(promptId: number, scores: Scores, reason: string | null, face: Face): Promise<Result<AnsweredPrompt>> {
    return this.#answer(face, () => scorePrompt(this.#economy, promptId, scores, reason));
  }

  /** Refuses as `skipPrompt` does. */
  skip(promptId: number, face: Face): Promise<Result<AnsweredPrompt>> {
    return this.#answer(face, () => skipPrompt(this.#economy, promptId));
  }

  /** A face has put it before the human. */
  async shown(promptId: number): Promise<void> {
    await onceFree(this.#economy, () => noteAttention(this.#economy, promptId, 'shown'));
  }

  /** The human did something over the open prompt: a key, a click, a scroll. It may be told as often as that happens. */
  async acted(promptId: number): Promise<void> {
    const now = this.#economy.clock.monotonic();
    this.#touchedAt = now;
    if (now - this.#actedAt < SIGN_EVERY_MS) return;
    this.#actedAt = now;
    await onceFree(this.#economy, () => noteAttention(this.#economy, promptId, 'acted'));
  }

  /** How long nobody has touched any of the faces, or answered there. */
  get idleMs(): number {
    return this.#economy.clock.monotonic() - this.#touchedAt;
  }

  /** The human is there: attention is free again. Cheap where it was never away. */
  async welcome(): Promise<void> {
    this.#touchedAt = this.#economy.clock.monotonic();
    if (this.#isWelcoming || !stateOf(this.#economy).humanAway) return;
    this.#isWelcoming = true;
    try {
      await onceFree(this.#economy, () => welcomeHuman(this.#economy));
    } finally {
      this.#isWelcoming = false;
    }
  }

  async #answer(face: Face, end: () => Result<EndedPrompt>): Promise<Result<AnsweredPrompt>> {
    this.#touchedAt = this.#economy.clock.monotonic();
    const ended = await onceFree(this.#economy, end);
    if (!ended.ok) return ended;
    this.#places.set(ended.value.promptId, face);
    for (const oldest of this.#places.keys()) if (this.#places.size > PLACES_MAX) this.#places.delete(oldest);
    return accept(answeredPrompt(this.#economy, ended.value));
  }
}
