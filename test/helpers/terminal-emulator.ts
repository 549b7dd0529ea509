/**
 * A terminal of the plainest kind: it shows what a program's output looks like, and refuses every sequence that the
 * program has no business to send. Like some terminals of East Asia, it finds a black square two columns wide.
 */
export class TerminalEmulator {
  readonly #scrolledOff: string[] = [];
  #rows: string[][];
  #columns: number;
  #row = 0;
  #column = 0;
  #wraps = true;
  #unfinished = '';
  /** What the other screen hides. */
  #hidden: { readonly rows: string[][]; readonly row: number; readonly column: number } | undefined;
  #hasCursor = true;
  #isStyled = false;
  /** Rows that were written to, the newest last. */
  readonly #written: number[] = [];
  /** How often the bell rang. */
  bells = 0;
  /** Notifications of the desktop, as they were asked for. */
  readonly notifications: string[] = [];

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = Array.from({ length: rows }, () => []);
  }

  /** What is on the screen, without the empty end of each line and of the whole. */
  get lines(): readonly string[] {
    const lines = this.#rows.map(text);
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  /** The screen and all that was scrolled off its top. */
  get everything(): readonly string[] {
    return [...this.#scrolledOff, ...this.lines];
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  /** Whether it shows the screen on which nothing scrolls. */
  get isOnOtherScreen(): boolean {
    return this.#hidden !== undefined;
  }

  get hasCursor(): boolean {
    return this.#hasCursor;
  }

  /** Whether anything was shown otherwise than as plain text. */
  get isStyled(): boolean {
    return this.#isStyled;
  }

  /** The rows that were written to since the last time that this was asked. */
  takeWritten(): readonly number[] {
    return this.#written.splice(0);
  }

  /** As a terminal that cuts its lines does; the cursor stays where it was, within the new size. */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    while (this.#rows.length > rows) this.#scrolledOff.push(text(this.#rows.shift() ?? []));
    while (this.#rows.length < rows) this.#rows.push([]);
    this.#rows = this.#rows.map((row) => row.slice(0, columns));
    this.#row = Math.min(this.#row, rows - 1);
    this.#column = Math.min(this.#column, columns - 1);
  }

  write(output: string): void {
    let rest = this.#unfinished + output;
    this.#unfinished = '';
    while (rest !== '') {
      const sequence = /^\x1b\[(\??[0-9;]*)([A-Za-z])/.exec(rest);
      if (sequence) this.#control(sequence[1] ?? '', sequence[2] ?? '');
      else if (/^\x1b(\[[?0-9;]*|\][^\x1b]*\x1b?)?$/.test(rest)) {
        this.#unfinished = rest;
        return;
      }
      const notification = /^\x1b\](9;[^;\x1b]*|777;notify;[^\x1b]*)\x1b\\/.exec(rest);
      if (notification) {
        this.notifications.push(notification[1] ?? '');
        rest = rest.slice(notification[0].length);
        continue;
      }
      const character = sequence?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
      if (!sequence) this.#put(character);
      rest = rest.slice(character.length);
    }
  }

  #control(parameter: string, final: string): void {
    const count = Number(parameter === '' ? 1 : parameter);
    if (final === 'A') this.#row = Math.max(0, this.#row - count);
    else if (final === 'B') this.#row = Math.min(this.#rows.length - 1, this.#row + count);
    else if (final === 'G') this.#column = count - 1;
    else if (final === 'H') this.#goTo(parameter);
    else if (final === 'K' && parameter === '2') this.#rows[this.#row] = [];
    else if (final === 'K' && parameter === '')
      this.#rows[this.#row] = (this.#rows[this.#row] ?? []).slice(0, this.#column);
    else if (final === 'm' && /^\d*$/.test(parameter)) this.#isStyled = true;
    else if (final === 'J' && parameter === '2') this.#rows = this.#rows.map(() => []);
    else if (final === 'J' && parameter === '') this.#eraseBelow();
    else if (parameter === '?7') this.#wraps = final === 'h';
    else if (parameter === '?25') this.#hasCursor = final === 'h';
    else if (parameter === '?1049') this.#changeScreen(final === 'h');
    // A paste comes between two marks; nothing to be seen.
    else if (parameter === '?2004') return;
    else throw new Error(`unexpected control sequence CSI ${parameter} ${final}`);
  }

  #goTo(place: string): void {
    const [row = 1, column = 1] = place === '' ? [] : place.split(';').map(Number);
    this.#row = Math.min(this.#rows.length, row) - 1;
    this.#column = Math.min(this.#columns, column) - 1;
    this.#written.push(this.#row);
  }

  #changeScreen(isOther: boolean): void {
    if (isOther === this.isOnOtherScreen) return;
    if (isOther) {
      this.#hidden = { rows: this.#rows, row: this.#row, column: this.#column };
      this.#rows = this.#rows.map(() => []);
    } else if (this.#hidden) {
      const { rows, row, column } = this.#hidden;
      this.#hidden = undefined;
      const [columns, count] = [this.#columns, this.#rows.length];
      this.#rows = rows;
      this.#row = row;
      this.#column = column;
      this.resize(columns, count);
    }
  }

  #eraseBelow(): void {
    this.#rows = this.#rows.map((row, index) => {
      if (index === this.#row) return row.slice(0, this.#column);
      return index > this.#row ? [] : row;
    });
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#lineFeed();
    else if (character === '\x07') this.bells++;
    else if (/\p{Cc}/u.test(character)) throw new Error(`unexpected control character ${JSON.stringify(character)}`);
    else if (/\p{M}/u.test(character)) this.#combine(character);
    else
      this.#print(
        character,
        /[\u25A0\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uFF00-\uFF60]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1,
      );
  }

  #print(character: string, width: number): void {
    if (this.#column + width > this.#columns) {
      if (this.#wraps) {
        this.#column = 0;
        this.#lineFeed();
      } else this.#column = this.#columns - width;
    }
    const row = this.#rows[this.#row] ?? [];
    while (row.length < this.#column) row.push(' ');
    row.splice(this.#column, width, character, ...Array<string>(width - 1).fill(''));
    this.#column += width;
  }

  #combine(mark: string): void {
    const row = this.#rows[this.#row];
    const column = this.#column - 1;
    if (row?.[column] !== undefined) row[column] += mark;
  }

  #lineFeed(): void {
    if (this.#row < this.#rows.length - 1) this.#row++;
    else {
      this.#scrolledOff.push(text(this.#rows.shift() ?? []));
      this.#rows.push([]);
    }
  }
}

function text(row: readonly string[]): string {
  return row.join('').trimEnd();
}
