import type { WriteStream } from 'node:tty';
import { cutToWidth } from './width.ts';

/** Lines that stay, made anew for each width that the screen takes. */
export type Paragraph = (columns: number) => readonly string[];

export interface CursorPlace {
  readonly row: number;
  readonly column: number;
}

const ERASE_LINE = '\x1b[2K';
const ERASE_BELOW = '\x1b[J';
const ERASE_ALL = '\x1b[H\x1b[2J';
/** While content is written: a line that a terminal finds wider than we counted is cut, and can't begin a new one. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';
/** Paragraphs kept to fill the screen again when its size changes. */
const RECENT_MAX = 200;

/**
 * The one writer to the terminal. Below the lines that stay there is one block, which is replaced in place.
 * Each change is one write, so that no half of it is ever seen.
 */
export class Screen {
  readonly #output: WriteStream;
  readonly #recent: Paragraph[] = [];
  #block: readonly string[] = [];
  #cursor: CursorPlace | undefined;
  /** Rows of the block above the cursor. */
  #above = 0;
  #drawn = '';
  /** The terminal has not taken yet what it was given last. */
  #isStalled = false;
  #hasMissed = false;

  constructor(output: WriteStream) {
    this.#output = output;
  }

  /** One column is left free: a terminal may not tell a full line from one that wrapped. */
  get columns(): number {
    return Math.max(1, (this.#output.columns || 80) - 1);
  }

  get rows(): number {
    return Math.max(2, this.#output.rows || 24);
  }

  /** Adds lines that stay, above the block. */
  print(paragraph: Paragraph): void {
    this.#recent.push(paragraph);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#write(`${this.#toBlockStart()}${ERASE_BELOW}${staying(this.#cut(paragraph))}${this.#paint()}`);
  }

  /** Replaces the block; the cursor is put at `cursor` in it, or at its end. */
  draw(lines: readonly string[], cursor?: CursorPlace): void {
    this.#block = lines;
    this.#cursor = cursor;
    const start = this.#toBlockStart();
    const painted = this.#paint();
    if (painted === this.#drawn) return;
    this.#drawn = painted;
    this.#write(`${start}${painted}`);
  }

  /** After a change of size: the terminal may have wrapped anything, so all of it is drawn anew. */
  repaint(): void {
    const height = this.#fitting().length;
    const above = this.#recent.flatMap((paragraph) => this.#cut(paragraph)).slice(-(this.rows - height));
    this.#above = 0;
    this.#write(`${ERASE_ALL}${staying(above)}${this.#paint()}`);
  }

  /** Leaves the block where it is and goes to a line of its own. Idempotent. */
  close(): void {
    if (this.#block.length === 0) return;
    const below = this.#fitting().length - 1 - this.#above;
    this.#block = [];
    this.#above = 0;
    this.#write(`${below > 0 ? `\x1b[${below}B` : ''}\r\n`);
  }

  #toBlockStart(): string {
    return `${this.#above > 0 ? `\x1b[${this.#above}A` : ''}\r`;
  }

  #fitting(): readonly string[] {
    return this.#block.slice(-(this.rows - 1)).map((line) => cutToWidth(line, this.columns));
  }

  /** The block, from its first column on, and the cursor in its place. */
  #paint(): string {
    const lines = this.#fitting();
    const hidden = this.#block.length - lines.length;
    const last = Math.max(0, lines.length - 1);
    const row = this.#cursor ? Math.min(last, Math.max(0, this.#cursor.row - hidden)) : last;
    this.#above = row;
    const back = row < last ? `\x1b[${last - row}A` : '';
    const place = this.#cursor ? `${back}\x1b[${Math.min(this.#cursor.column, this.columns) + 1}G` : '';
    return `${lines.map((line) => `${ERASE_LINE}${line}`).join('\r\n')}${ERASE_BELOW}${place}`;
  }

  #cut(paragraph: Paragraph): readonly string[] {
    return paragraph(this.columns).map((line) => cutToWidth(line, this.columns));
  }

  /** What a terminal misses that takes nothing (Ctrl-S stops it) is not kept: once it takes something, all is drawn anew. */
  #write(text: string): void {
    // A terminal that is gone ends the program by its own signal; until then there is nobody to write to.
    if (!this.#output.writable) return;
    if (this.#isStalled) {
      this.#hasMissed = true;
      return;
    }
    if (this.#output.write(`${WRAP_OFF}${text}${WRAP_ON}`)) return;
    this.#isStalled = true;
    this.#output.once('drain', () => this.#takeUp());
  }

  #takeUp(): void {
    this.#isStalled = false;
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    this.repaint();
  }
}

function staying(lines: readonly string[]): string {
  return lines.map((line) => `${ERASE_LINE}${line}\r\n`).join('');
}
