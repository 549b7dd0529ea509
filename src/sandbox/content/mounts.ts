import { readFile, realpath } from 'node:fs/promises';
import { BpError } from '../../platform/errors.ts';
import { runProgram } from '../../platform/host-program.ts';
import { mountTargets } from './mount-targets.ts';
import { ignore } from '../../platform/system-error.ts';

const NEVER = new AbortController().signal;

/**
 * The places at `directory` and below it where something is mounted, in the order in which it was mounted. The kernel
 * tells them without links. An operator may have put a link in a folder's place, to a larger disk; without a look at
 * it, what is mounted there would be taken for plain files.
 */
export async function mountsBelow(directory: string): Promise<readonly string[]> {
  const real = (await realpath(directory).catch(ignore('ENOENT'))) ?? directory;
  return mountTargets(await readFile('/proc/self/mountinfo', 'utf8')).filter(
    (target) => target === real || target.startsWith(`${real}/`),
  );
}

/** Takes away whatever is mounted there; what somebody still stands in goes when they leave. */
export async function unmountAll(target: string): Promise<void> {
  for (const place of (await mountsBelow(target)).toReversed())
    await runTool('umount', [place]).catch(() => runTool('umount', ['--lazy', place]));
}

/** Whether a loop device of this machine still has the file behind it, so that something has it mounted. */
export async function isLooped(image: string): Promise<boolean> {
  let found = false;
  await runTool('losetup', ['--associated', image], (line) => {
    found ||= line.trim() !== '';
  });
  return found;
}

/** Runs a tool of the host to its end. Rejects with `sandbox_volume` where it fails or is not there. */
export async function runTool(
  command: string,
  parameters: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  let failure: string | undefined;
  try {
    const { exitCode, lastError } = await runProgram(command, parameters, { onLine, signal: NEVER });
    if (exitCode !== 0) failure = lastError || `it ended with exit code ${exitCode ?? 'unknown'}`;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  if (failure !== undefined) throw new BpError('sandbox_volume', `${command} failed: ${failure}`);
}
