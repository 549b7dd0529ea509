import type { Clock } from '../../../platform/clock.ts';
import { within } from '../../../platform/deadline.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Collected, Reach, WorkspacePlace } from '../../content/placement.ts';
import type { Quota } from '../../content/quota.ts';
import type { WorkspaceSize } from '../../content/workspace.ts';

/** What has become of a workspace at the end of an execution. */
export interface ReturnedWorkspace {
  readonly size?: WorkspaceSize | undefined;
  /** Why the host has what it had before; whose fault that is. */
  readonly kept?: { readonly because: string; readonly isAgentsFault: boolean };
}

export interface ReturnParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly executionId: string;
  readonly place: WorkspacePlace;
  readonly allowed: Quota;
  /** Where its own container has ended. */
  readonly reachEnded: Reach;
}

const MEASURE_MS_MAX = 5000;
const ATTEMPTS = 3;
const RETRY_PAUSE_MS = 1000;

/**
 * Takes a workspace back from an execution, once: over the stream that its container still has, or after the container's
 * end. Never rejects.
 */
export class WorkspaceReturn {
  readonly #parts: ReturnParts;
  #early: ReturnedWorkspace | undefined;

  constructor(parts: ReturnParts) {
    this.#parts = parts;
  }

  /** Over the container's own stream, where that is any use; its agent must have ended. */
  async early(reach: Reach, signal: AbortSignal): Promise<void> {
    const { place, allowed, logger, executionId } = this.#parts;
    if (place.placement !== 'shipped') return;
    try {
      this.#early = returned(await place.collect(allowed, reach, signal));
    } catch (err) {
      if (isAgentsFault(err)) this.#early = { kept: { because: err.message, isAgentsFault: true } };
      else logger.debug({ executionId, err }, 'a workspace could not be brought home over its own stream');
    }
  }

  /** `isThere`: its container is still there, and something of the agent may have run in it. */
  async late({ isThere }: { readonly isThere: boolean }): Promise<ReturnedWorkspace> {
    if (this.#early) return this.#early;
    if (this.#parts.place.placement !== 'shipped') return this.#measure();
    return isThere ? this.#bringHome() : {};
  }

  async #measure(): Promise<ReturnedWorkspace> {
    const { clock, place, allowed, reachEnded } = this.#parts;
    const measuring = new AbortController();
    const found = await within(clock, MEASURE_MS_MAX, () => place.collect(allowed, reachEnded, measuring.signal));
    measuring.abort();
    return found ?? {};
  }

  async #bringHome(): Promise<ReturnedWorkspace> {
    const { clock, place, allowed, reachEnded, logger, executionId } = this.#parts;
    const { signal } = new AbortController();
    for (let attempt = 1; ; attempt++) {
      try {
        return returned(await place.collect(allowed, reachEnded, signal));
      } catch (err) {
        const because = err instanceof Error ? err.message : String(err);
        if (isAgentsFault(err)) return { kept: { because, isAgentsFault: true } };
        logger.warn({ executionId, err }, 'a workspace could not be brought home');
        if (attempt === ATTEMPTS) return { kept: { because, isAgentsFault: false } };
      }
      await clock.sleep(RETRY_PAUSE_MS);
    }
  }
}

function returned({ size, refused }: Collected): ReturnedWorkspace {
  return refused === undefined ? { size } : { size, kept: { because: refused, isAgentsFault: true } };
}

/** What an agent's own workspace prevents is its fault. */
function isAgentsFault(error: unknown): error is BpError {
  return error instanceof BpError && error.code === 'sandbox_workspace';
}
