import { execFileSync } from 'node:child_process';
import { ESSENTIAL_LIMITS } from '../../src/domain/execution.ts';

/**
 * The engine that `DOCKER_HOST` leads to, and what these variables tell of it besides: they are set by whoever brought
 * it up, such as `npm run test:hosts`.
 */
const { BP_TEST_ENGINE: socket, BP_SANDBOX__WORKSPACE_PLACEMENT: placement } = process.env;
const accepted = process.env['BP_SANDBOX__ACCEPT_UNHELD'] ?? '';

/** What it doesn't hold. */
export const ACCEPTED = ESSENTIAL_LIMITS.filter((limit) => accepted.includes(limit));

/** It sees no folder of this machine. */
export const IS_SHIPPED = placement === 'shipped';

/** The kernel holds the quota of workspaces; elsewhere it is watched, and what comes to the disk between two looks is not held. */
export const IS_QUOTA_HELD = !IS_SHIPPED && process.platform === 'linux' && process.getuid!() === 0;

/** What the Docker CLI says, asked by the shortest way: an engine may be reached by others that it can't go. */
export function dockerCli(...words: readonly string[]): string {
  const direct = { ...process.env, DOCKER_HOST: socket, DOCKER_TLS_VERIFY: undefined };
  return execFileSync('docker', words, { encoding: 'utf8', env: socket === undefined ? process.env : direct });
}
