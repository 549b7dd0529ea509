import { emitKeypressEvents, type Key } from 'node:readline';
import { PassThrough } from 'node:stream';

/** One key, or one character of what was pasted. */
export interface KeyPress {
  /** As Node names it: `return`, `pageup`, `a`; with `ctrl+` before it. Empty for what has no name. */
  readonly name: string;
  /** What it types; empty for a key that types nothing. */
  readonly text: string;
  /** It came by a paste: it may be anything, and means no command. */
  readonly isPasted: boolean;
}

/** Of what comes at once: more than anybody types is a paste by mistake. */
const BYTES_MAX = 4096;

/** Makes keys of bytes; Node's readline knows the sequences of terminals. */
export class Keyboard {
  readonly #stream = new PassThrough();
  #isPasting = false;

  constructor(onKey: (key: KeyPress) => void) {
    emitKeypressEvents(this.#stream);
    this.#stream.on('keypress', (text: string | undefined, key: Key) => {
      const { name } = key;
      if (name === 'paste-start' || name === 'paste-end') this.#isPasting = name === 'paste-start';
      else onKey({ name: nameOf(key, text), text: typedBy(key, text), isPasted: this.#isPasting });
    });
  }

  feed(bytes: Buffer): void {
    this.#stream.write(bytes.subarray(0, BYTES_MAX));
  }

  close(): void {
    this.#stream.removeAllListeners('keypress');
    this.#stream.destroy();
  }
}

function nameOf({ name, ctrl, meta, shift }: Key, text: string | undefined): string {
  if (ctrl) return `ctrl+${name ?? ''}`;
  if (meta && name !== 'escape') return `meta+${name ?? ''}`;
  if (name === undefined) return text ?? '';
  return shift && name.length === 1 ? name.toUpperCase() : name;
}

function typedBy({ ctrl, meta }: Key, text: string | undefined): string {
  return text === undefined || ctrl || meta || /\p{Cc}/u.test(text) ? '' : text;
}
