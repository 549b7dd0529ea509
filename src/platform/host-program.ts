import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProgramResult {
  /** Undefined where it was killed. */
  readonly exitCode: number | undefined;
  /** The last line with something in it that it wrote on stderr. */
  readonly lastError: string;
}

/**
 * Runs a program of this machine to its end and hands on each line that it prints. Its failure is a result. Rejects
 * where it can't be started. When the signal is aborted, it rejects with the signal's reason once the program and all
 * that it started have been ended.
 */
export async function runProgram(
  command: string,
  parameters: readonly string[],
  { onLine, signal }: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<ProgramResult> {
  signal.throwIfAborted();
  // A process group of its own, so that what it has started can be ended with it.
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let lastError = '';
  createInterface(child.stdout).on('line', onLine);
  createInterface(child.stderr).on('line', (line) => {
    if (line.trim() !== '') lastError = line.trim();
  });
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    return { exitCode: exitCode ?? undefined, lastError };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
