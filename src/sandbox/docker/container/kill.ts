import type { Container } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';

export interface Kill {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly container: Container;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly attempts: number;
  /** Aborted when there is no sense in trying any longer. */
  readonly done: AbortSignal;
  readonly failed: (error: BpError) => void;
}

const PAUSE_MS = 500;

/**
 * Tries again while the engine doesn't answer. A container that doesn't run any more is as good as killed; whether it
 * has ended, others find out.
 */
export async function killContainer({ client, clock, container, signal, attempts, done, failed }: Kill): Promise<void> {
  for (let attempt = 0; attempt < attempts && !done.aborted; attempt++) {
    try {
      await client.call('end a container', done, (abortSignal) => container.kill({ signal, abortSignal }));
      return;
    } catch (error) {
      // The engine answered: no such container, or it doesn't run.
      if (!(error instanceof BpError) || error.code === 'sandbox_engine') return;
      failed(error);
      await clock.sleep(PAUSE_MS, done).catch(() => undefined);
    }
  }
}
