import type { Carriage, Reach, WorkspaceMount } from '../../content/placement.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { drawNonce } from '../../stream/greeting.ts';
import { Link } from '../../stream/link.ts';
import { containerOptions } from '../container/container-options.ts';
import { attachTo, createContainer, startContainer, tryToRemove } from '../container/container.ts';
import { executionLabels } from '../labels.ts';
import type { SandboxParts } from '../sandbox-parts.ts';

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
 * The way to the files of an execution whose own container has ended: another container, in which no agent ever begins.
 * It is gone with the carriage, or found by its label.
 */
export function carrier(parts: SandboxParts, request: CarrierRequest): Reach {
  return async (signal): Promise<Carriage> => {
    const { client, clock, logger, homeLabel, settings } = parts;
    const nonce = drawNonce(parts.random);
    const options = containerOptions(await settings.get(signal), {
      ...request,
      homeLabel,
      ...{ cpuMs: NEVER_GOES_MS, wallMs: NEVER_GOES_MS, memoryMb: MEMORY_MB },
      ...{ environment: {}, leastFree: undefined, staysForContent: false, nonce },
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
  };
}
