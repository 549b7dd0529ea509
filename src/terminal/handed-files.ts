import { sanitiseLine } from './sanitise.ts';
import { cutToWidth } from './width.ts';

/** A file that was handed over with a prompt. Its name is the agent's own. */
export interface HandedFile {
  readonly name: string;
  readonly bytes: number;
}

const NAME_CHARS_MAX = 1100;

/** `2 files, 1,234 bytes`. */
export function filesTotal(files: readonly HandedFile[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${files.length === 1 ? '1 file' : `${files.length} files`}, ${byteCount(bytes)}`;
}

/** A line each, the sizes one below the other, none wider than that. */
export function fileLines(files: readonly HandedFile[], columns: number): readonly string[] {
  const sizes = files.map(({ bytes }) => byteCount(bytes));
  const width = Math.max(...sizes.map(({ length }) => length));
  return files.map(({ name }, index) =>
    cutToWidth(`${(sizes[index] ?? '').padStart(width)}  ${sanitiseLine(name, NAME_CHARS_MAX)}`, columns),
  );
}

export function byteCount(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-US')} bytes`;
}
