import { readFileSync } from 'node:fs';
import type { CheckMemory } from '../../sandbox/sandbox.ts';
import type { CliDeps } from '../cli-deps.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';

/** An engine elsewhere may have been changed without a sign of it. */
const AGE_MS_MAX = 86_400_000;

/**
 * Remembers the newest check of an engine at a path, for the same program until this machine starts anew or a day is
 * over. Without trust every check is made, and only remembered. A file that can't be used is as none.
 */
export function checkMemory(
  { version, clock }: Pick<CliDeps, 'version' | 'clock'>,
  path: string,
  { isTrusted }: { readonly isTrusted: boolean },
): CheckMemory {
  const whole = (basis: string) => JSON.stringify([version, bootId(), basis]);
  return {
    recall(basis) {
      if (!isTrusted) return undefined;
      try {
        const { at, of, lines } = JSON.parse(readOwnFile(path) ?? '{}') as Partial<Record<string, unknown>>;
        const age = clock.now() - Number(at);
        const isSame = of === whole(basis) && age >= 0 && age < AGE_MS_MAX;
        return isSame && Array.isArray(lines) ? lines.map(String) : undefined;
      } catch {
        return undefined;
      }
    },
    remember(basis, lines) {
      try {
        replaceOwnFile(path, `${JSON.stringify({ at: clock.now(), of: whole(basis), lines })}\n`);
      } catch {
        // Then the next check is made, too.
      }
    },
  };
}

/** Empty where the system doesn't tell. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
