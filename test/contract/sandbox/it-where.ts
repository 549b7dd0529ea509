import { it } from 'vitest';

/** A test of what an engine has. Of what it lacks nothing is asked, so nothing is skipped either. */
export function itWhere(has: boolean | undefined): (name: string, test: () => Promise<void>) => void {
  return has ? it : () => undefined;
}
