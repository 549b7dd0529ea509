import { spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was skipped; `npm test` shows it above its last line. */
    reason?: string;
  }
}

/** Skips a test for which only root can make the conditions, and says why it does. */
export function needsRoot(context: TestContext, what: string): void {
  if (process.platform !== 'linux' || process.getuid!() !== 0) skipped(context, `only root, on Linux, can ${what}`);
}

/** Skips a test that looks into what only Linux shows, and says why it does. */
export function needsLinux(context: TestContext, what: string): void {
  if (process.platform !== 'linux') skipped(context, `only Linux shows ${what}`);
}

/** Skips a test of C where none can be compiled, and says so. */
export function needsCompiler(context: TestContext): void {
  if (spawnSync('cc', ['--version']).status !== 0) skipped(context, 'there is no C compiler, cc');
}

/** Skips a test where a command isn't installed, and says so. */
export function needsCommand(context: TestContext, command: string, why: string): void {
  if (spawnSync('sh', ['-c', 'command -v "$0"', command]).status !== 0)
    skipped(context, `${command} is not installed, and ${why}`);
}

/** Skips a test of programs for arm64 where none can be made or run, and says what is missing. */
export function needsArm64Tools(context: TestContext): void {
  for (const [tool, packages] of [
    ['aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu and libc6-dev-arm64-cross'],
    ['qemu-aarch64-static', 'qemu-user-static'],
  ] as const)
    if (spawnSync(tool, ['--version']).status !== 0)
      skipped(context, `there is no ${tool}; Debian has it in ${packages}`);
}

/** Skips a test, and says why. */
export function skipped({ task, skip }: TestContext, reason: string): void {
  task.meta.reason = reason;
  skip(reason);
}
