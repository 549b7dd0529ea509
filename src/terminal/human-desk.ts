import type { News } from '../operator/event-lines.ts';
import type { Prompt } from '../domain/attention.ts';
import { formatId } from '../domain/ids.ts';
import type { Result } from '../domain/refusal.ts';
import { answeredLine, type AnsweredPrompt } from '../operator/answered-prompt.ts';
import type { PromptDesk } from '../operator/prompt-desk.ts';
import { elsewhereText } from './elsewhere-text.ts';
import type { Answer, Terminal } from './view.ts';

export interface HumanDeskOptions {
  readonly prompts: PromptDesk;
  readonly terminal: Terminal;
  readonly say: (line: string, news?: News) => void;
  /** Told what kept an answer from being stored, a locked database or a full disk: the prompt is open still, and is put again. */
  readonly onFailure: (error: unknown) => void;
}

interface Question {
  readonly promptId: number;
  readonly closing: AbortController;
  readonly done: Promise<void>;
}

/** Puts the open prompt before the human, and takes the question away when it was answered elsewhere or expired. */
export class HumanDesk {
  readonly #options: HumanDeskOptions;
  #question: Question | undefined;
  /** The human closed its question without an answer: it isn't put again. */
  #dismissed: number | undefined;

  constructor(options: HumanDeskOptions) {
    this.#options = options;
  }

  /** Looks which prompt has the slot now. Cheap: to be called a few times each second. */
  look(): void {
    const open = this.#options.prompts.open();
    const question = this.#question;
    if (question) {
      if (question.promptId !== open?.id) question.closing.abort();
    } else if (open && open.id !== this.#dismissed) this.#ask(open);
  }

  /** Takes an open question away. The prompt stays open. */
  async close(): Promise<void> {
    this.#question?.closing.abort();
    await this.#question?.done;
  }

  #ask(prompt: Prompt): void {
    const closing = new AbortController();
    this.#question = { promptId: prompt.id, closing, done: this.#put(prompt, closing.signal) };
  }

  async #put(prompt: Prompt, signal: AbortSignal): Promise<void> {
    const { prompts, terminal, say, onFailure } = this.#options;
    const { agentId: agent_id, title, content, files } = prompt;
    try {
      const request = prompts.requestOf(prompt);
      const known_opening = prompts.knownOpeningOf(prompt);
      const id = formatId('prompt', prompt.id);
      // Where that can't be kept, the answer can't either, and says so.
      if (terminal.interactive) prompts.shown(prompt.id).catch(() => undefined);
      const answer = await terminal.ask({ id, agent_id, request, title, content, known_opening, files }, signal);
      if (answer.kind === 'closed' && !signal.aborted) this.#dismissed = prompt.id;
      const result = await this.#take(prompt.id, answer);
      if (result?.ok) say(paid(result.value), { tone: 'good' });
      else if (result) say(result.message, { tone: 'warn' });
      else if (signal.aborted) this.#tellEnding(prompt.id);
    } catch (error) {
      onFailure(error);
    } finally {
      this.#question = undefined;
    }
  }

  /** Nobody answered it here: who did, and how. */
  #tellEnding(promptId: number): void {
    const { prompts } = this.#options;
    const ending = prompts.ending(promptId);
    const text = ending && elsewhereText(ending, prompts.answered(ending.prompt));
    if (text !== undefined) this.#options.say(text, { tone: 'good' });
  }

  async #take(promptId: number, answer: Answer): Promise<Result<AnsweredPrompt> | undefined> {
    const { prompts } = this.#options;
    switch (answer.kind) {
      case 'scored':
        return await prompts.score(promptId, answer.scores, answer.reason, 'terminal');
      case 'skipped':
        return await prompts.skip(promptId, 'terminal');
      case 'closed':
        return undefined;
    }
  }
}

function paid(answered: AnsweredPrompt): string {
  return `${formatId('prompt', answered.promptId)}: ${answeredLine(answered)}`;
}
