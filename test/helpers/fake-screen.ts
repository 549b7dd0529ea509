import { PassThrough, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { TerminalPlace } from '../../src/terminal/interactive-terminal.ts';
import { TerminalEmulator } from './terminal-emulator.ts';

/** At a terminal of its own, which nobody takes from it. */
export const PLACE: TerminalPlace = {
  onContinued: () => () => undefined,
  onExit: () => () => undefined,
  isInForeground: () => true,
  suspend: () => undefined,
};

/** The two streams of a terminal, with an emulator that shows what was written. */
export interface FakeScreen {
  readonly input: ReadStream & { readonly raw: boolean };
  readonly output: WriteStream;
  readonly emulator: TerminalEmulator;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
}

export function fakeScreen(columns = 80, rows = 24): FakeScreen {
  const emulator = new TerminalEmulator(columns, rows);
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, written) {
      emulator.write(chunk);
      written();
    },
  });
  const input = new PassThrough();
  const inputState = { raw: false };
  Object.assign(output, { columns, rows, isTTY: true });
  Object.defineProperty(input, 'raw', { get: () => inputState.raw });
  const setRawMode = (raw: boolean) => {
    inputState.raw = raw;
    return input;
  };
  Object.assign(input, { isTTY: true, setRawMode });
  return {
    input: input as unknown as FakeScreen['input'],
    output: output as unknown as WriteStream,
    emulator,
    type: (keys) => input.write(keys),
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      Object.assign(output, { columns: newColumns, rows: newRows });
      output.emit('resize');
    },
  };
}
