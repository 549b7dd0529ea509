import { withoutSecrets } from './package-sources.ts';

const LINE_CHARS_MAX = 500;
/** Enough for what a tool tells of its own failure. */
const LAST_LINES_MAX = 200;

/**
 * Hands on each line as it is complete, without what nobody is to be shown, and remembers the last ones. What it is given
 * is data: whoever shows it makes it harmless.
 */
export class PrintedLines {
  readonly #onLine: (line: string) => void;
  readonly #secrets: readonly string[];
  readonly #decoder = new TextDecoder();
  readonly #last: string[] = [];
  #rest = '';

  constructor(onLine: (line: string) => void, secrets: readonly string[]) {
    this.#onLine = onLine;
    this.#secrets = secrets;
  }

  /** The oldest first; what has no line end yet is the last. */
  get last(): readonly string[] {
    return this.#rest === '' ? this.#last : [...this.#last, this.#shown(this.#rest)];
  }

  take(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    // Longer than what is shown, so that a secret at the cut is still known as one.
    this.#rest = (lines.pop() ?? '').slice(0, 16 * LINE_CHARS_MAX);
    for (const text of lines) {
      const line = this.#shown(text);
      this.#last.push(line);
      if (this.#last.length > LAST_LINES_MAX) this.#last.shift();
      this.#onLine(line);
    }
  }

  #shown(line: string): string {
    return withoutSecrets(line, this.#secrets).slice(0, LINE_CHARS_MAX);
  }
}
