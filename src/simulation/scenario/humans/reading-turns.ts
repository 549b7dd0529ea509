/** Somebody who may read. */
export interface Reader {
  readonly name: string;
  readonly isPresent: boolean;
  /** Would answer it. */
  takes(promptId: number): boolean;
}

/**
 * Who reads where several are there. One letter has the slot, so one reads at a time: of those who are there and take the
 * letter the one whose last letter was longest ago, in the order of the file where that is the same.
 */
export class ReadingTurns {
  readonly #readers: Reader[] = [];
  /** In the order in which they last read. */
  readonly #last = new Map<string, number>();
  #read = 0;
  #reader: Reader | undefined;

  add(reader: Reader): void {
    this.#readers.push(reader);
  }

  isOf(reader: Reader, promptId: number): boolean {
    if (this.#reader !== undefined) return false;
    const there = this.#readers.filter((it) => it.isPresent && it.takes(promptId));
    const longest = Math.min(...there.map((it) => this.#lastOf(it)));
    return there.find((it) => this.#lastOf(it) === longest) === reader;
  }

  begin(reader: Reader): void {
    this.#reader = reader;
    this.#last.set(reader.name, ++this.#read);
  }

  end(): void {
    this.#reader = undefined;
  }

  #lastOf({ name }: Reader): number {
    return this.#last.get(name) ?? 0;
  }
}
