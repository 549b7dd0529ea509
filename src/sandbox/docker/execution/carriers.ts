import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Randomness } from '../../../platform/randomness.ts';
import type { Carriage, Reach, WorkspaceMount } from '../../content/placement.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { drawNonce } from '../../stream/greeting.ts';
import { Link } from '../../stream/link.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { containerOptions } from '../container/container-options.ts';
import type { KnownSettings } from '../container/container-settings.ts';
import { attachTo, createContainer, startContainer, tryToRemove } from '../container/container.ts';
import { executionLabels } from '../labels.ts';

/** Of the sandbox whose executions they are for. */
export interface CarrierParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
  readonly homeLabel: string;
  readonly settings: KnownSettings;
}

export interface CarrierRequest {
  readonly executionId: string;
  readonly agentId: string;
  /** Whom the files belong to. */
  readonly user: Owner;
  readonly workspace: WorkspaceMount;
}

const MEMORY_MB = 64;
const NEVER_GOES_MS = 600_000;
/** Nothing is printed in a container that never gets its "go". */
const NO_OUTPUT = { bytes: 0, write: () => Promise.resolve(), goOnFrom: () => undefined };

/**
 * The ways to files whose execution's own container has ended: each by another container, in which no agent ever begins.
 * None is opened, and none is left, for an execution that is not followed any more.
 */
export class Carriers {
  readonly #followed = new Map<string, Followed>();

  /** From now on until `end`. */
  to(parts: CarrierParts, request: CarrierRequest): Reach {
    const followed: Followed = { over: new AbortController(), open: new Set() };
    this.#followed.set(request.executionId, followed);
    return async (signal) => {
      const until = AbortSignal.any([signal, followed.over.signal]);
      const opening = openCarriage(parts, request, until);
      followed.open.add(opening);
      try {
        const carriage = await opening;
        return {
          stream: carriage.stream,
          close: async () => {
            await carriage.close();
            followed.open.delete(opening);
          },
        };
      } catch (error) {
        followed.open.delete(opening);
        throw error;
      }
    };
  }

  /** Resolves when what there was of them is removed. Idempotent. */
  async end(executionId: string): Promise<void> {
    const followed = this.#followed.get(executionId);
    this.#followed.delete(executionId);
    followed?.over.abort(new BpError('sandbox_content', `${executionId} was discarded`));
    for (const opening of followed?.open ?? []) {
      const carriage = await opening.catch(() => undefined);
      await carriage?.close();
    }
  }
}

interface Followed {
  readonly over: AbortController;
  readonly open: Set<Promise<Carriage>>;
}

async function openCarriage(parts: CarrierParts, request: CarrierRequest, signal: AbortSignal): Promise<Carriage> {
  const { client, clock, logger, homeLabel, settings } = parts;
  signal.throwIfAborted();
  const nonce = drawNonce(parts.random);
  const options = containerOptions(await settings.get(signal), {
    ...request,
    homeLabel,
    ...{ cpuMs: NEVER_GOES_MS, wallMs: NEVER_GOES_MS, memoryMb: MEMORY_MB },
    ...{ environment: {}, leastFree: undefined, contents: [], staysForContent: false, nonce, hasOwnUser: false },
  });
  const { name: _, ...unnamed } = options;
  const labels = executionLabels({ homeLabel, executionId: request.executionId });
  const container = await createContainer(client, { ...unnamed, Labels: labels });
  let closed: Promise<void> | undefined;
  const link = new Link({
    ...{ executionId: request.executionId, nonce, output: NO_OUTPUT, clock, logger },
    attach: (until) => attachTo(client, container, () => undefined, until),
    heard: () => undefined,
    unanswered: () => link.close(),
  });
  const close = () => {
    link.close();
    closed ??= tryToRemove(client, container);
    return closed;
  };
  try {
    await link.open(signal);
    await startContainer(client, container, signal);
    return { stream: await link.openContent(signal), close };
  } catch (error) {
    await close();
    throw error;
  }
}
