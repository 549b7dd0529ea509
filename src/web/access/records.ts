import { statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, namesInSync } from '../../platform/folder.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';
import { isOneOf } from '../../platform/system-error.ts';

const NAME = /^[0-9a-f]{64}$/;

/**
 * Small files for this user alone, each under the digest of a secret: they outlive the process, and processes share them
 * without a lock. Of more than `most`, those written longest ago go.
 */
export class Records {
  readonly #directory: string;
  readonly #most: number;

  constructor(directory: string, { most }: { readonly most: number }) {
    this.#directory = directory;
    this.#most = most;
  }

  /** Throws the system's error. */
  put(name: string, record: object): void {
    makeFolder(this.#directory, 0o700);
    replaceOwnFile(this.#pathOf(name), JSON.stringify(record));
    this.#makeRoom();
  }

  /** Undefined where there is none, or none that can be believed. */
  get(name: string): Readonly<Record<string, unknown>> | undefined {
    try {
      const text = readOwnFile(this.#pathOf(name));
      const value: unknown = text === undefined ? undefined : JSON.parse(text);
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether it was there: of several who take the same one away, in whatever process, one is told so. */
  remove(name: string): boolean {
    try {
      unlinkSync(this.#pathOf(name));
      return true;
    } catch (error) {
      if (isOneOf(error, 'ENOENT', 'ENOTDIR')) return false;
      throw error;
    }
  }

  #makeRoom(): void {
    const names = namesInSync(this.#directory).filter((name) => NAME.test(name));
    if (names.length <= this.#most) return;
    const aged = names.map((name) => ({ name, at: this.#writtenAt(name) })).sort((one, other) => one.at - other.at);
    for (const { name } of aged.slice(0, names.length - this.#most)) this.remove(name);
  }

  #writtenAt(name: string): number {
    return statSync(this.#pathOf(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  #pathOf(name: string): string {
    return join(this.#directory, name);
  }
}
