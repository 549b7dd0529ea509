import { MARK_MAX, MARKS } from '../domain/attention.ts';
import type { KeyPress } from './keyboard.ts';
import { enter, goBack, NO_PROGRESS, type Progress } from './marks.ts';
import { sanitiseLine } from './sanitise.ts';
import type { CursorPlace } from './screen.ts';
import { line, lineWidth, wrapLine, type Line } from './styled.ts';
import { TypedLine } from './typed-line.ts';
import type { Answer } from './view.ts';
import { displayWidth } from './width.ts';

export interface MarksQuestionOptions {
  /** `prompt_3`. */
  readonly promptId: string;
  readonly reasonCharsMax: number;
}

/** The editor's work grows with the line: this much over the limit is kept, to be shortened, and no more. */
const OVERLENGTH_MAX = 100;

/** Asks for the three marks and a reason: what was typed so far, and how it looks. */
export class MarksQuestion {
  readonly #options: MarksQuestionOptions;
  readonly #line = new TypedLine();
  #progress: Progress = NO_PROGRESS;

  constructor(options: MarksQuestionOptions) {
    this.#options = options;
  }

  /** Letters are part of an answer: a reason, or an entry that was begun. Otherwise they may be commands. */
  get isTyping(): boolean {
    return this.#isReason || !this.#line.isEmpty;
  }

  get #isReason(): boolean {
    return this.#progress.marks.length === MARKS.length;
  }

  /** Takes a key. Returns whether it meant something here, or the answer that it completed. */
  press(key: KeyPress): Answer | boolean {
    const { name, isPasted } = key;
    const isReturn = name === 'return' || name === 'enter';
    // A line break in a paste must not send what was pasted before it.
    if (isReturn && isPasted) return this.press({ name: 'space', text: ' ', isPasted });
    if (isReturn) return this.#enter() ?? true;
    if (name === 'backspace' && this.#line.isEmpty) {
      if (this.#progress.marks.length === 0) return false;
      this.#progress = goBack(this.#progress);
      return true;
    }
    if (!this.isTyping && !/^[\ds]$/i.test(key.text)) return false;
    return this.#line.press(key, this.#options.reasonCharsMax + OVERLENGTH_MAX);
  }

  /** None wider than that, and where in them the next letter goes. */
  picture(columns: number): { readonly lines: readonly Line[]; readonly cursor: CursorPlace } {
    const { problem } = this.#progress;
    const lines = [...this.#heading(columns), this.#marks()];
    if (this.#isReason) lines.push(line('  reason (or just Enter): '));
    const row = lines.length - 1;
    const label = lines[row] ?? [];
    const { text, cursor } = this.#line;
    const before = sanitiseLine(text.slice(0, cursor), Infinity);
    const start = scrolled(before, Math.max(4, columns - lineWidth(label) - 1));
    lines[row] = [...label, ...line(`${start}${sanitiseLine(text.slice(cursor), Infinity)}`, 'strong')];
    if (problem !== null) lines.push(...wrapLine(line(`  ${problem}`, 'warn'), columns));
    return { lines, cursor: { row, column: lineWidth(label) + displayWidth(start) } };
  }

  close(): void {
    this.#line.close();
  }

  #heading(columns: number): readonly Line[] {
    const asked = `? Your marks for ${this.#options.promptId}, 0 to ${MARK_MAX} each`;
    const how = this.#isReason ? '' : ' (789 and Enter, or one by one; s skips)';
    return [[...line(asked, 'accent'), ...(asked.length + how.length <= columns ? line(how, 'dim') : [])]];
  }

  /** Those that were given, and the name of the next. */
  #marks(): Line {
    const { marks } = this.#progress;
    const given = marks.map((mark, index) => `${MARKS[index] ?? ''}: ${mark}`);
    const next = MARKS[marks.length];
    return [...line(`  ${[...given, ...(next === undefined ? [] : [`${next}: `])].join('  ')}`)];
  }

  #enter(): Answer | undefined {
    const step = enter(this.#progress, this.#line.text, this.#options.reasonCharsMax);
    if (step.kind === 'done') return step.answer;
    this.#progress = step.progress;
    if (step.kind === 'next') this.#line.clear();
    return undefined;
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
