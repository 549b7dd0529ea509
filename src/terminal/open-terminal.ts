import type { ReadStream, WriteStream } from 'node:tty';
import { InteractiveTerminal, type InteractiveTerminalOptions } from './interactive-terminal.ts';
import { PlainTerminal } from './plain-terminal.ts';
import type { Terminal } from './view.ts';

export interface TerminalOptions extends InteractiveTerminalOptions {
  /** What `TERM` says. */
  readonly terminalType: string | undefined;
}

/** The live view and questions where both streams are a terminal that can move its cursor, plain lines otherwise. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { input, output, clock, terminalType } = options;
  const capable = isTerminal(input) && isTerminal(output) && terminalType !== 'dumb';
  return capable ? new InteractiveTerminal(options) : new PlainTerminal({ output, clock });
}

/** Node types these streams as terminals, whatever they are connected to. */
function isTerminal(stream: ReadStream | WriteStream): boolean {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}
