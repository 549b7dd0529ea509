import type { Container } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Reach, WorkspacePlace } from '../../content/placement.ts';
import type { Quota } from '../../content/quota.ts';
import type { Budget } from '../../lifecycle/budget-watch.ts';
import type { DockerClient } from '../client/docker-client.ts';

/** What an execution on an engine is made of. */
export interface ExecutionParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly container: Container;
  readonly executionId: string;
  /** What its stream is told by; see docs/stream.md. */
  readonly nonce: Uint8Array;
  readonly place: WorkspacePlace;
  /** What the host has to see to; undefined where the supervisor does. */
  readonly quota: Quota | undefined;
  /** What the workspace may hold at the end. */
  readonly allowed: Quota;
  /** The way to the workspace once the container has ended. */
  readonly reachEnded: Reach;
  readonly budget: Budget;
  /** Bought. */
  readonly memoryBytes: number;
  readonly stopGraceMs: number;
  /** What its TCP sockets may buffer, where the host has to see to it. */
  readonly socketBytesMax: number | undefined;
  readonly output: { readonly path: string; readonly bytesMax: number; readonly bytesKept?: number };
}
