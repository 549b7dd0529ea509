/** Where in a long text one is. It learns from each drawing how much there is, and how much of it is seen. */
export class Pager {
  #offset: number;
  #total = 0;
  #rows = 1;

  constructor({ isAtEnd = false } = {}) {
    this.#offset = isAtEnd ? Infinity : 0;
  }

  /** The first line that is seen, of so many of which so many fit. */
  fit(total: number, rows: number): number {
    this.#total = total;
    this.#rows = Math.max(1, rows);
    this.#offset = Math.max(0, Math.min(this.#offset, total - rows));
    return this.#offset;
  }

  /** Whether there is more than is seen at once. */
  get isLong(): boolean {
    return this.#total > this.#rows;
  }

  /** Whether the key meant something here. One line of a page stays in sight. */
  press(name: string): boolean {
    const page = Math.max(1, this.#rows - 1);
    const moves: Readonly<Record<string, number>> = {
      ...{ down: 1, up: -1, j: 1, k: -1 },
      ...{ pagedown: page, pageup: -page, space: page, b: -page },
      ...{ home: -Infinity, end: Infinity, g: -Infinity, G: Infinity },
    };
    const move = moves[name];
    if (move === undefined) return false;
    this.#offset = Math.max(0, Math.min(this.#offset + move, this.#total - this.#rows));
    return true;
  }
}
