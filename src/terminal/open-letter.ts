import { sanitiseLine } from './sanitise.ts';
import type { KeyPress } from './keyboard.ts';
import { readLetter, type ReadLetter } from './letter/letter.ts';
import type { Signs } from './letter/span-lines.ts';
import { MarksQuestion } from './marks-question.ts';
import { Pager } from './pager.ts';
import { framedLines, promptCaption } from './prompt-frame.ts';
import type { Pane } from './scene.ts';
import { line, type Line } from './styled.ts';
import type { Answer, AskedPrompt } from './view.ts';

/** A letter scrolls: all of what a prompt may be is there. */
const LINES_MAX = 20_000;

export interface OpenLetterOptions {
  readonly signs: Signs;
  readonly reasonCharsMax: number;
}

/** A prompt that is before the human: its letter, where in it they read, and what they have answered so far. */
export class OpenLetter implements Pane {
  readonly promptId: string;
  readonly title: string;
  readonly pager = new Pager();
  readonly question: MarksQuestion;
  /** The human reads and answers it later; until then it is out of the way. */
  isPutOff = false;
  readonly #prompt: AskedPrompt;
  readonly #signs: Signs;
  readonly #letter: ReadLetter;
  readonly #answer: Promise<Answer>;
  #settle: (answer: Answer) => void = () => undefined;
  #set: { readonly columns: number; readonly lines: readonly Line[] } | undefined;

  constructor(prompt: AskedPrompt, { signs, reasonCharsMax }: OpenLetterOptions) {
    this.#prompt = prompt;
    this.promptId = prompt.id;
    this.#signs = signs;
    this.#letter = readLetter(prompt, LINES_MAX, prompt.known_opening);
    this.title = promptCaption(prompt);
    this.question = new MarksQuestion({ promptId: sanitiseLine(prompt.id, 60), reasonCharsMax });
    this.#answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Set once for each width: a letter may be long, and is drawn often. */
  readonly lines = (columns: number): readonly Line[] => {
    if (this.#set?.columns !== columns) {
      const setting = { columns, signs: this.#signs, linesMax: LINES_MAX };
      const { shown, rest } = framedLines(this.#prompt, this.#letter, setting);
      const more = rest > 0 ? [line(`${rest} more lines: bp-agents prompts --json`)] : [];
      this.#set = { columns, lines: [...shown, ...more] };
    }
    return this.#set.lines;
  };

  /** Whether the key meant something for the answer. */
  press(key: KeyPress): boolean {
    const taken = this.question.press(key);
    if (typeof taken === 'boolean') return taken;
    this.#settle(taken);
    return true;
  }

  /** Resolves with `closed` when the signal is aborted first. */
  async answered(signal: AbortSignal): Promise<Answer> {
    const onAbort = () => this.#settle({ kind: 'closed' });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await this.#answer;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.question.close();
    }
  }
}
