import type { WriteStream } from 'node:tty';
import { painted } from './paint.ts';
import { cutLine, type Line } from './styled.ts';

/** One row of the screen, with what stands beside it from a column on. */
export interface Row {
  readonly line: Line;
  readonly beside?: { readonly column: number; readonly line: Line } | undefined;
}

export interface CursorPlace {
  readonly row: number;
  readonly column: number;
}

/** All that is on the screen. */
export interface Picture {
  readonly rows: readonly Row[];
  /** Where the next letter goes; none while nothing is typed. */
  readonly cursor: CursorPlace | undefined;
}

/** The other screen, on which nothing scrolls; a paste is told from keys; a line that is too wide is cut. */
const ENTER = '\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[?25l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l';
const ERASE_ALL = '\x1b[H\x1b[2J';
const ERASE_REST = '\x1b[K';
const SHOW_CURSOR = '\x1b[?25h';
const HIDE_CURSOR = '\x1b[?25l';

/**
 * The one writer to the terminal, on its alternate screen. Of each picture only the rows that changed are written, all
 * of them at once, so that no half of a change is ever seen.
 */
export class Screen {
  readonly #output: WriteStream;
  readonly #hasStyles: boolean;
  #picture: Picture = { rows: [], cursor: undefined };
  /** Row by row, what the terminal was given. */
  #shown: readonly string[] = [];
  #cursor = '';
  #isEntered = false;
  /** The terminal has not taken yet what it was given last. */
  #isStalled = false;

  constructor(output: WriteStream, { hasStyles }: { readonly hasStyles: boolean }) {
    this.#output = output;
    this.#hasStyles = hasStyles;
  }

  /** One column is left free: what a terminal finds wider than it was counted may take it. */
  get columns(): number {
    return Math.max(1, (this.#output.columns || 80) - 1);
  }

  get rows(): number {
    return Math.max(2, this.#output.rows || 24);
  }

  /** Takes the terminal, as it was before or after another program had it. Idempotent. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#forget();
    this.#output.write(ENTER);
    this.#write();
  }

  draw(picture: Picture): void {
    this.#picture = picture;
    this.#write();
  }

  /** After a change of size the terminal may have moved anything: all of it is drawn anew. */
  repaint(): void {
    if (!this.#isEntered || this.#isStalled) return;
    this.#forget();
    this.#output.write(ERASE_ALL);
    this.#write();
  }

  /** Something that is heard, or shown outside of the screen. */
  send(sequence: string): void {
    if (this.#isEntered && !this.#isStalled && this.#output.writable) this.#output.write(sequence);
  }

  /** Gives the terminal back as it was, with these lines below what stood there. Idempotent. */
  leave(lines: readonly string[] = []): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    if (this.#output.writable) this.#output.write(`${LEAVE}${lines.map((one) => `${one}\r\n`).join('')}`);
  }

  #forget(): void {
    this.#shown = [];
    this.#cursor = '';
  }

  /** What a terminal misses that takes nothing (Ctrl-S stops it) is not kept: once it takes something, it gets the newest. */
  #write(): void {
    if (!this.#isEntered || this.#isStalled || !this.#output.writable) return;
    const rows = this.#picture.rows.slice(0, this.rows).map((row) => this.#painted(row));
    const count = Math.max(rows.length, this.#shown.length);
    const changes: string[] = [];
    for (let index = 0; index < count; index++) {
      const row = rows[index] ?? '';
      if (row !== (this.#shown[index] ?? '')) changes.push(`\x1b[${index + 1};1H${row}${row === '' ? ERASE_REST : ''}`);
    }
    const cursor = this.#cursorSequence();
    if (changes.length === 0 && cursor === this.#cursor) return;
    this.#shown = rows;
    this.#cursor = cursor;
    if (this.#output.write(`${changes.join('')}${cursor}`)) return;
    this.#isStalled = true;
    this.#output.once('drain', () => {
      this.#isStalled = false;
      this.#write();
    });
  }

  #painted({ line, beside }: Row): string {
    const left = painted(
      cutLine(line, beside ? Math.min(beside.column - 1, this.columns) : this.columns),
      this.#hasStyles,
    );
    if (!beside) return left === '' ? '' : `${left}${ERASE_REST}`;
    const right = painted(cutLine(beside.line, this.columns - beside.column), this.#hasStyles);
    return `${left}${ERASE_REST}\x1b[${beside.column + 1}G${right}`;
  }

  #cursorSequence(): string {
    const { cursor } = this.#picture;
    if (!cursor) return HIDE_CURSOR;
    const row = Math.min(cursor.row, this.rows - 1) + 1;
    return `\x1b[${row};${Math.min(cursor.column, this.columns) + 1}H${SHOW_CURSOR}`;
  }
}
