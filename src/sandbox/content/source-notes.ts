import { outputSourcesPath } from '../../config/home-places.ts';
import { sourceLine, type OutputSource } from '../../domain/output-source.ts';
import { openForAppend } from './appended-file.ts';

/** Enough for some fifteen thousand changes between stdout and stderr. What comes later counts as stdout. */
const BYTES_MAX = 262_144;

/** Where the source of an output changes: kept in a file beside it, which is made with the first change. */
export class SourceNotes {
  readonly #path: string;
  /** Undefined where an earlier process has written last. */
  #last: OutputSource | undefined;
  #waiting = '';
  #bytes = 0;

  constructor(outputPath: string, last: OutputSource | undefined) {
    this.#path = outputSourcesPath(outputPath);
    this.#last = last;
  }

  /** What comes from this place on, in the output's file, has this source. */
  note(at: number, source: OutputSource): void {
    const counted = this.#bytes > BYTES_MAX ? 'stdout' : source;
    if (counted === this.#last) return;
    this.#last = counted;
    const line = sourceLine(at, counted);
    this.#waiting += line;
    this.#bytes += line.length;
  }

  /** Rejects as the system does. */
  async write(): Promise<void> {
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    const file = await openForAppend(this.#path);
    try {
      await file.appendFile(text);
    } finally {
      await file.close();
    }
  }
}
