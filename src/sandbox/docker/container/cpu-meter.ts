import type { Container } from 'dockerode';
import type { DockerClient } from '../client/docker-client.ts';
import { findCpuCounter, limitSocketMemory, type CpuCounter } from './host-cgroup.ts';

/** The CPU time of one container, as this host's own files show it. */
export class CpuMeter {
  #counter: CpuCounter | undefined;
  #atGo: number | undefined;

  /**
   * Finds the counter, and bounds the container's socket buffers where `socketBytesMax` says to. Resolves to false where
   * that could not be done. Without a counter the supervisor still keeps the budget; only the host's own look is missing.
   */
  async locate(
    client: DockerClient,
    container: Container,
    { socketBytesMax, signal }: { readonly socketBytesMax: number | undefined; readonly signal: AbortSignal },
  ): Promise<boolean> {
    try {
      const { State, Id } = await client.call('inspect a container', signal, (abortSignal) =>
        container.inspect({ abortSignal }),
      );
      const isLimited = socketBytesMax === undefined || (await limitSocketMemory(State.Pid, Id, socketBytesMax));
      this.#counter = await findCpuCounter(State.Pid, Id);
      return isLimited;
    } catch {
      return socketBytesMax === undefined;
    }
  }

  /** What was used before is not the agent's: the engine used it to start the container. */
  beginNow(): void {
    this.#atGo = this.#counter?.();
  }

  /** Where it began is not known any more. */
  beginUnseen(): void {
    this.#atGo = 0;
  }

  /** CPU milliseconds since "go". */
  read(): number | undefined {
    const now = this.#counter?.();
    if (now === undefined) return undefined;
    this.#atGo ??= now;
    return now - this.#atGo;
  }
}
