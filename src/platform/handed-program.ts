import { spawn } from 'node:child_process';
import type { Clock } from './clock.ts';

export interface HandedProgram {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What it can read on stdin. */
  readonly input: string;
  readonly timeoutMs: number;
}

/**
 * Runs a program of this machine, without a shell, to its end; what it prints is thrown away. Resolves with what went
 * wrong, undefined where nothing did. After the time, and when the signal is aborted, it and all that it has started are
 * killed. Never rejects.
 */
export async function runHanded(
  { clock }: { readonly clock: Clock },
  program: HandedProgram,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const over = new AbortController();
  const late = clock.sleep(program.timeoutMs, AbortSignal.any([over.signal, signal])).then(
    () => `it was killed after ${program.timeoutMs / 1000} s`,
    () => undefined,
  );
  const run = begin(program);
  const ended = run.ended.then((failure) => ({ failure, isOver: true }));
  const { failure, isOver } = await Promise.race([ended, late.then((reason) => ({ failure: reason, isOver: false }))]);
  over.abort();
  if (!isOver) run.kill();
  return failure;
}

function begin({ command, parameters, directory, environment, input }: HandedProgram) {
  let kill = (): void => undefined;
  const ended = new Promise<string | undefined>((resolve) => {
    try {
      // A process group of its own, so that what it has started can be killed with it.
      const child = spawn(command, parameters, {
        ...{ cwd: directory, env: environment, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
      });
      kill = () => killGroup(child.pid);
      child.once('error', ({ message }) => resolve(message));
      child.once('exit', (code, name) =>
        resolve(code === 0 ? undefined : `it ended with ${code ?? name ?? 'no code'}`),
      );
      // It need not read.
      child.stdin.on('error', () => undefined).end(input);
    } catch (error) {
      resolve(error instanceof Error ? error.message : String(error));
    }
  });
  return { ended, kill: () => kill() };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
