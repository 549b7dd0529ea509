import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { InstallHold } from '../../store/installs.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** An agent is allocated again so long after the process that installs for it was killed, at the latest. */
export const REST_MS = 30_000;
/** An end further ahead than this was written before the machine's clock was put back. */
const END_AHEAD_MAX_MS = 2 * REST_MS;

/** A process that installs something for an agent, which rests meanwhile. */
export interface InstallRest {
  readonly agentId: string;
  /** The process's id. */
  readonly holder: number;
}

/**
 * From now on the agent isn't allocated, and its bids wait without ageing. It has to be called again before `REST_MS`
 * has passed. Refuses `invalid_value` where another process installs for it; `isThere` tells whether that one lives.
 */
export function beginInstallRest(
  { [STORE]: store, clock }: Economy,
  { agentId, holder }: InstallRest,
  isThere: (pid: number) => boolean,
): Result<InstallRest> {
  return store.transaction(() => {
    const held = store.installs.held(agentId);
    if (held && rests(held, clock.now()) && held.holder !== holder && isThere(held.holder))
      return refuse('invalid_value', `process ${held.holder} installs for ${agentId} already`, { field: 'id' });
    store.installs.hold(agentId, { holder, restsUntil: clock.now() + REST_MS });
    return accept({ agentId, holder });
  });
}

/** False where the rest is over. Then the agent may have run meanwhile, or another process installs for it. */
export function keepInstallRest({ [STORE]: store, clock }: Economy, { agentId, holder }: InstallRest): boolean {
  return store.transaction(() => {
    const held = store.installs.held(agentId);
    if (held?.holder !== holder || !rests(held, clock.now())) return false;
    store.installs.hold(agentId, { holder, restsUntil: clock.now() + REST_MS });
    return true;
  });
}

/** The agent competes again. Idempotent. */
export function endInstallRest(
  { [STORE]: store }: Economy,
  { agentId, holder }: InstallRest,
  { installed }: { readonly installed: boolean },
): void {
  store.transaction(() => {
    store.installs.release(agentId, holder);
    if (installed) store.installs.setNeeded(agentId, false);
  });
}

/** Whether the agent rests while something is installed for it. */
export function restsForInstall({ [STORE]: store, clock }: Economy, agentId: string): boolean {
  const held = store.installs.held(agentId);
  return held !== undefined && rests(held, clock.now());
}

/** All that rest for that. */
export function restingForInstall({ [STORE]: store, clock }: Economy): readonly string[] {
  const now = clock.now();
  return store.installs.resting(now, now + END_AHEAD_MAX_MS);
}

function rests({ restsUntil }: InstallHold, now: number): boolean {
  return restsUntil > now && restsUntil <= now + END_AHEAD_MAX_MS;
}
