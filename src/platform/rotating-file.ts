import { closeSync, constants, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface RotatingFileOptions {
  readonly directory: string;
  /** `bp-agents` makes `bp-agents.log`, `bp-agents.1.log` and so on; the higher, the older. */
  readonly name: string;
  readonly fileBytesMax: number;
  /** How many files are kept, the newest included. */
  readonly filesMax: number;
}

/**
 * A file that is appended to, and replaced by an empty one before it grows over its limit.
 * Lines are written at once, so that a killed program has logged what it did. Several processes may append to it.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #descriptor: number | undefined;
  #lost = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#pathOf(0);
  }

  /** Lines that could not be written, because the disk is full or the directory is gone. */
  get lost(): number {
    return this.#lost;
  }

  /** Never throws: a program must not fail because it can't tell of its failures. */
  write(line: string): void {
    try {
      let descriptor = this.#open();
      const { size } = fstatSync(descriptor);
      if (size > 0 && size + Buffer.byteLength(line) > this.#options.fileBytesMax)
        descriptor = this.#rotate(descriptor);
      writeSync(descriptor, line);
    } catch {
      this.#lost++;
    }
  }

  /** Idempotent; a later write opens the file again. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    if (this.#descriptor === undefined) {
      mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
      this.#descriptor = openFile(this.path);
    }
    return this.#descriptor;
  }

  #rotate(full: number): number {
    const mine = fstatSync(full).ino;
    const current = statSync(this.path, { throwIfNoEntry: false })?.ino;
    this.close();
    // Another process may have rotated it already: then there is a new file to go on with.
    if (current === mine) this.#shift();
    return this.#open();
  }

  #shift(): void {
    const oldest = this.#options.filesMax - 1;
    rmSync(this.#pathOf(oldest), { force: true });
    for (let age = oldest - 1; age >= 0; age--) {
      const from = this.#pathOf(age);
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, this.#pathOf(age + 1));
    }
  }

  #pathOf(age: number): string {
    const { directory, name } = this.#options;
    return join(directory, age === 0 ? `${name}.log` : `${name}.${age}.log`);
  }
}

/** A pipe or a device in its place is neither waited for nor written to: that could hold up the whole program. */
function openFile(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is not a file`);
}
