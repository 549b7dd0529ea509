import type { Container } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import type { ContainerEnd } from '../../lifecycle/end-cause.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { engineStatus, statusBehind } from '../client/engine-error.ts';

export interface ExitWatch {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly container: Container;
  /** Resolves when there is reason to believe that it has ended. */
  readonly hint: Promise<void>;
  /** Aborted when there is no sense in waiting any longer. */
  readonly giveUp: AbortSignal;
}

/** The engine's own `wait` normally comes first; only then are questions asked. */
const HINT_PAUSE_MS = 1000;
const RETRY_PAUSE_MS = 500;
const LAST_LOOKS = 5;

/**
 * Waits until a started container has ended, through restarts of the engine and answers that never come.
 * Resolves with what the engine knows of the end, or undefined where it knows nothing or there is no sense in waiting.
 */
export async function containerExit(watch: ExitWatch): Promise<ContainerEnd | undefined> {
  const found = new AbortController();
  const signal = AbortSignal.any([found.signal, watch.giveUp]);
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    // Asked only after the start, "not running" can't miss a container that ended at once.
    await Promise.race([aborted, untilWaited(watch, signal), untilLookedAt(watch, signal)]);
  } finally {
    found.abort();
  }
  return watch.giveUp.aborted ? undefined : lastLook(watch);
}

async function untilWaited({ clock, container }: ExitWatch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await container.wait({ condition: 'not-running', abortSignal: signal });
      return;
    } catch (error) {
      if (engineStatus(error) === 404) return;
      await clock.sleep(RETRY_PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

/** A second way, in case that the first hangs: the stream's end is a sign, the engine's answer the proof. */
async function untilLookedAt(watch: ExitWatch, signal: AbortSignal): Promise<void> {
  await watch.hint;
  for (;;) {
    try {
      await watch.clock.sleep(HINT_PAUSE_MS, signal);
    } catch {
      return;
    }
    const state = await look(watch, signal);
    if (state === 'gone' || (typeof state === 'object' && !state.running)) return;
  }
}

async function lastLook(watch: ExitWatch): Promise<ContainerEnd | undefined> {
  for (let looks = 0; looks < LAST_LOOKS && !watch.giveUp.aborted; looks++) {
    const state = await look(watch, watch.giveUp);
    if (state === 'gone') return undefined;
    if (typeof state === 'object') return state.end;
    await watch.clock.sleep(RETRY_PAUSE_MS, watch.giveUp).catch(() => undefined);
  }
  return undefined;
}

type Look = { readonly running: boolean; readonly end: ContainerEnd } | 'gone' | 'no_answer';

async function look({ client, container }: ExitWatch, signal: AbortSignal): Promise<Look> {
  try {
    const { State } = await client.call('inspect a container', signal, (abortSignal) =>
      container.inspect({ abortSignal }),
    );
    return { running: State.Running, end: containerEnd(State) };
  } catch (error) {
    return statusBehind(error) === 404 ? 'gone' : 'no_answer';
  }
}

/** What the state of an ended container tells. */
function containerEnd(state: {
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Error: string;
}): ContainerEnd {
  return { exitCode: state.ExitCode, oomKilled: state.OOMKilled, error: state.Error };
}
