import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { KeyPress } from './keyboard.ts';

/** Keys with which a line is edited; Node's readline does it. */
const EDITING = new Set([
  ...['backspace', 'delete', 'left', 'right', 'home', 'end'],
  ...['ctrl+a', 'ctrl+b', 'ctrl+e', 'ctrl+f', 'ctrl+h', 'ctrl+k', 'ctrl+u', 'ctrl+w', 'ctrl+y'],
]);

/** A line that is being typed. It shows nothing by itself. */
export class TypedLine {
  readonly #readline: Interface;

  constructor() {
    const nowhere = new Writable({ write: (_chunk, _encoding, written) => written() });
    this.#readline = createInterface({ input: new PassThrough(), output: nowhere, terminal: true, historySize: 0 });
  }

  get text(): string {
    return this.#readline.line;
  }

  /** In characters from its beginning. */
  get cursor(): number {
    return this.#readline.cursor;
  }

  get isEmpty(): boolean {
    return this.#readline.line === '';
  }

  /** Whether the key meant something here. What is typed past `charsMax` is not taken. */
  press({ name, text }: KeyPress, charsMax: number): boolean {
    if (text !== '') {
      if (this.#readline.line.length < charsMax) this.#readline.write(text);
      return true;
    }
    if (!EDITING.has(name)) return false;
    const ctrl = name.startsWith('ctrl+');
    this.#readline.write(null, { name: ctrl ? name.slice('ctrl+'.length) : name, ctrl });
    return true;
  }

  clear(): void {
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
  }

  close(): void {
    this.#readline.close();
  }
}
