/** Counts what a model has produced while it comes, without keeping it. */
export class Produced {
  readonly #count: (text: string) => number;
  #tokens = 0;
  #rest = '';

  constructor(count: (text: string) => number) {
    this.#count = count;
  }

  add(text: string): void {
    this.#rest += text;
    // Few cuts: each may cost a token.
    if (this.#rest.length >= PIECE_CHARS) this.#settle();
  }

  get tokens(): number {
    this.#settle();
    return this.#tokens;
  }

  #settle(): void {
    if (this.#rest !== '') this.#tokens += this.#count(this.#rest);
    this.#rest = '';
  }
}

const PIECE_CHARS = 4096;
