import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was skipped; `npm test` shows it above its last line. */
    reason?: string;
  }
}

/** Skips a test that only root can make the conditions for, and says so. */
export function asRoot({ task, skip }: TestContext): void {
  if (process.platform === 'linux' && process.getuid!() === 0) return;
  const reason = 'only root can mount a disk of its own, and only on Linux';
  task.meta.reason = reason;
  skip(reason);
}
