import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mountTargets } from '../../src/sandbox/content/mount-targets.ts';

/** Places below a directory where something is mounted, in the order of mounting. */
export function mountedBelow(directory: string): string[] {
  return mountTargets(readFileSync('/proc/self/mountinfo', 'utf8')).filter((target) =>
    target.startsWith(`${directory}/`),
  );
}

/** So that a directory can be removed whatever a killed program left in it. */
export function unmountBelow(directory: string): void {
  for (const target of mountedBelow(directory).toReversed()) execFileSync('umount', ['--lazy', target]);
}
