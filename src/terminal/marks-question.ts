import { createInterface, type Interface, type Key } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { createPromptModule } from 'inquirer';
import { MARK_MAX, MARKS } from '../domain/attention.ts';
import { enter, goBack, NO_PROGRESS, type Progress } from './marks.ts';
import { sanitiseLine } from './sanitise.ts';
import type { CursorPlace } from './screen.ts';
import type { Answer } from './view.ts';
import { displayWidth } from './width.ts';

export interface MarksQuestion {
  /** `prompt_3`. */
  readonly promptId: string;
  readonly reasonCharsMax: number;
  /** Puts the question on the screen, or what it has become. */
  readonly draw: (lines: readonly string[], cursor: CursorPlace) => void;
  /** How wide the lines may be. */
  readonly columns: () => number;
  /** What is typed while the question is open. */
  readonly keys: Readable;
  readonly signal: AbortSignal;
}

/**
 * Asks for the three marks and a reason. Resolves with `closed` when the signal is aborted first.
 * It is one inquirer question of a type of its own: between several, keys typed ahead would be lost. inquirer's types
 * draw by themselves; this one hands its lines to the one owner of the screen.
 */
export async function askForMarks(question: MarksQuestion): Promise<Answer> {
  const inquirer = createPromptModule<{ readonly marks: { readonly message: string } }>({ signal: question.signal });
  inquirer.registerPrompt('marks', async ({ message }: { readonly message: string }, { signal }) =>
    new MarksEntry(question, message).answer(signal),
  );
  const message = `Your marks for ${question.promptId}, 0 to ${MARK_MAX} each (s skips, ↑ corrects)`;
  const { answer } = await inquirer<{ answer: Answer }>({ type: 'marks', name: 'answer', message });
  return answer;
}

/** Readline's work grows with the line: this much over the limit is kept, to be shortened, and no more. */
const OVERLENGTH_MAX = 100;

/** What has been typed so far; Node's readline edits the line. */
class MarksEntry {
  readonly #question: MarksQuestion;
  readonly #message: string;
  readonly #readline: Interface;
  #progress: Progress = NO_PROGRESS;
  #drawing = false;
  #ended = false;

  constructor(question: MarksQuestion, message: string) {
    this.#question = question;
    this.#message = message;
    const nowhere = new Writable({ write: (_chunk, _encoding, written) => written() });
    this.#readline = createInterface({ input: question.keys, output: nowhere, terminal: true, historySize: 0 });
  }

  async answer(signal: AbortSignal): Promise<Answer> {
    const { keys } = this.#question;
    return new Promise((resolve) => {
      const end = (answer: Answer) => {
        this.#ended = true;
        keys.off('keypress', onKeypress);
        signal.removeEventListener('abort', onAbort);
        this.#readline.close();
        resolve(answer);
      };
      // Readline listens too, and first: an entered line must be remembered from before the key.
      let typed = '';
      const onKeypress = (_text: string | undefined, key: Key) => {
        const answer = this.#take(key, typed);
        typed = this.#readline.line;
        if (answer) end(answer);
        else this.#drawSoon();
      };
      const onAbort = () => end({ kind: 'closed' });
      keys.on('keypress', onKeypress);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else this.#draw();
    });
  }

  /** Once for all keys that came together: what is pasted must not keep the market waiting. */
  #drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      if (!this.#ended) this.#draw();
    });
  }

  #take(key: Key, typed: string): Answer | undefined {
    if (key.name === 'return' || key.name === 'enter') {
      const step = enter(this.#progress, typed, this.#question.reasonCharsMax);
      if (step.kind === 'done') return step.answer;
      if (step.kind === 'again') this.#readline.write(typed);
      this.#progress = step.progress;
    } else if (key.name === 'up') {
      this.#readline.write(null, { ctrl: true, name: 'e' });
      this.#readline.write(null, { ctrl: true, name: 'u' });
      this.#progress = goBack(this.#progress);
    } else if (this.#readline.line.length > this.#question.reasonCharsMax + OVERLENGTH_MAX) {
      this.#readline.write(null, { name: 'backspace' });
    }
    return undefined;
  }

  #draw(): void {
    const { marks, problem } = this.#progress;
    const { line, cursor } = this.#readline;
    const columns = this.#question.columns();
    const given = marks.map((mark, index) => `  ${MARKS[index] ?? ''}: ${mark}`);
    const label = `  ${MARKS[marks.length] ?? 'reason (or just Enter)'}: `;
    const before = sanitiseLine(line.slice(0, cursor), Infinity);
    const after = sanitiseLine(line.slice(cursor), Infinity);
    const start = scrolled(before, Math.max(4, columns - displayWidth(label) - 1));
    const lines = [
      `? ${this.#message}`,
      ...given,
      `${label}${start}${after}`,
      ...(problem === null ? [] : [`  ${problem}`]),
    ];
    this.#question.draw(lines, { row: 1 + given.length, column: displayWidth(label) + displayWidth(start) });
  }
}

/** The end of what is too long for the line, so that the cursor is always seen. */
function scrolled(text: string, room: number): string {
  if (displayWidth(text) <= room) return text;
  // A letter and its marks are at most a few characters.
  let start = text.slice(-8 * room);
  while (displayWidth(start) > room - 1) start = start.slice((start.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return `…${start}`;
}
