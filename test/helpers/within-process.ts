import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli/program.ts';
import { realDeps } from './real-deps.ts';

/** How a command ended, and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunWithin = typeof runWithin;

/** The built program once it is compiled: runs one command line within this process. */
export async function runWithin(args: readonly string[]): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const open = (name: keyof typeof printed) => {
    const stream = new PassThrough().setEncoding('utf8');
    stream.on('data', (text: string) => (printed[name] += text));
    return stream as unknown as NodeJS.WriteStream;
  };
  const streams = {
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: open('stdout'),
    stderr: open('stderr'),
  };
  const status = await runCli({ ...realDeps(), ...streams }, ['node', 'bp-agents', ...args]);
  return { status, ...printed };
}
