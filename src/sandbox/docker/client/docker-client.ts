import type Docker from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import { withDeadline } from '../../../platform/deadline.ts';
import { engineError } from './engine-error.ts';

/** A call that takes longer than this won't be answered. Starting a container on a busy machine takes seconds. */
const CALL_MS_MAX = 60_000;

/** The engine's client, with a deadline and a meaningful error for each call. */
export interface DockerClient {
  readonly docker: Docker;
  /**
   * Rejects with the signal's reason where the caller gave up, else with a `BpError` that says what could not be done.
   * The engine's own error is its `cause`.
   */
  call<T>(what: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function createDockerClient(docker: Docker, clock: Clock): DockerClient {
  return {
    docker,
    async call(what, signal, work) {
      const late = () =>
        new BpError('sandbox_engine_unreachable', `the Docker engine did not ${what} within ${CALL_MS_MAX / 1000} s`, {
          hint: 'restart it (sudo systemctl restart docker)',
        });
      try {
        return await withDeadline({ clock, milliseconds: CALL_MS_MAX, signal, late }, work);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw engineError(what, error);
      }
    },
  };
}
