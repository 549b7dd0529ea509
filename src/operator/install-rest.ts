import { formatId } from '../domain/ids.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import {
  beginInstallRest,
  endInstallRest,
  keepInstallRest,
  REST_MS,
  type InstallRest,
} from '../economy/agents/install-rest.ts';
import { isHeldByAnother, onceFree } from '../economy/home/database-patience.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';
import { BpError } from '../platform/errors.ts';
import type { Home } from './home.ts';
import { endLimitMs, findRun, waitUntil, type ProcessDeps } from './running-process.ts';

export interface InstallRestDeps extends ProcessDeps {
  /** This process. */
  readonly pid: number;
  /** Whether a process of that id is there, whosoever. */
  readonly isThere: (pid: number) => boolean;
  /** What the operator waits for. */
  readonly onWait: (line: string) => void;
}

/** Another process may hold the database for so long before that is told. */
const LOCKED_MS = 30_000;
const LOOK_MS = 1_000;

/**
 * Does the work while the agent rests: it begins once nothing of the agent runs, and the rest ends with the work.
 * Meanwhile its bids wait without ageing. If this process is killed, the rest ends `REST_MS` later at the latest.
 * Refuses `invalid_value` where another process does the same, or an execution is unsettled that no run could settle;
 * rejects with `not_ended_yet`, and as the work does.
 */
export async function whileItRests<T>(
  deps: InstallRestDeps,
  home: Home,
  agentId: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T>> {
  const { economy } = home;
  const patience = { signal: deps.interrupt, limitMs: LOCKED_MS };
  const wanted = { agentId, holder: deps.pid };
  const rest = await onceFree(economy, () => beginInstallRest(economy, wanted, deps.isThere), patience);
  if (!rest.ok) return rest;
  const over = new AbortController();
  const signal = AbortSignal.any([deps.interrupt, over.signal]);
  const kept = keepResting(deps, home, rest.value, over);
  let installed = false;
  try {
    const refusal = await waitForEnd(deps, home, agentId);
    if (refusal) return refusal;
    const done = await work(signal);
    installed = true;
    return accept(done);
  } finally {
    over.abort();
    await kept;
    const end = () => endInstallRest(economy, rest.value, { installed });
    await onceFree(economy, end, { limitMs: LOCKED_MS }).catch((error: unknown) => {
      // The rest ends by itself.
      if (!isHeldByAnother(error)) throw error;
    });
  }
}

/** Never rejects. Ends the work where a long sleep of this one has let the agent run, or another take its place. */
async function keepResting(
  { clock }: InstallRestDeps,
  { economy }: Home,
  rest: InstallRest,
  over: AbortController,
): Promise<void> {
  let keptAt = clock.now();
  while (!over.signal.aborted) {
    try {
      await clock.sleep(LOOK_MS, over.signal);
      // A rest ends by the clock on the wall, which goes on while this process stands still.
      if (Math.abs(clock.now() - keptAt) < REST_MS / 3) continue;
      keptAt = clock.now();
      if (!keepInstallRest(economy, rest))
        over.abort(new BpError('install_failed', `${rest.agentId} rests no longer: this process stood still too long`));
    } catch (error) {
      // Of an end that has come already this changes nothing.
      if (!isHeldByAnother(error)) over.abort(error);
    }
  }
}

async function waitForEnd(deps: InstallRestDeps, { directory, economy }: Home, agentId: string) {
  const running = () => unsettledExecutions(economy).find((execution) => execution.agentId === agentId);
  const execution = running();
  if (!execution) return undefined;
  const id = formatId('execution', execution.id);
  if ((await findRun(deps, directory)) === undefined)
    return refuse('invalid_value', `${id} of ${agentId} is not settled: bp-agents run settles it`, { field: 'id' });
  deps.onWait(`waiting for ${id} of ${agentId} to end`);
  const limitMs = endLimitMs(economy);
  if (await waitUntil(deps, () => running() === undefined, limitMs)) return undefined;
  throw new BpError('not_ended_yet', `${id} has not ended within ${Math.ceil(limitMs / 1000)} s`, {
    hint: `bp-agents stop ${id} ends it`,
  });
}
