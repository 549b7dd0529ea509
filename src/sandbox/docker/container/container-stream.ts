import type { Duplex } from 'node:stream';
import type { Container } from 'dockerode';

/** What dockerode's client is asked with; its own types know nothing of it. */
interface Dialler {
  dial(request: Readonly<Record<string, unknown>>, done: (error: unknown, stream: Duplex) => void): void;
}

/**
 * Attaches to a container's streams. dockerode's own `attach` repeats its parameters as a JSON body, and Podman hands
 * the body on to the container's stdin, where the supervisor takes it for a word that isn't "go". So the body is empty.
 */
export function openContainerStream(container: Container, abortSignal?: AbortSignal): Promise<Duplex> {
  const client = container.modem as Dialler;
  return new Promise((resolve, reject) => {
    client.dial(
      {
        path: `/containers/${container.id}/attach?`,
        method: 'POST',
        ...{ isStream: true, hijack: true, openStdin: true },
        ...(abortSignal === undefined ? {} : { abortSignal }),
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
        // No keys detach: Podman looks for them in bytes that are none.
        options: { stream: true, stdin: true, stdout: true, stderr: true, detachKeys: '' },
        file: Buffer.alloc(0),
      },
      (error, stream) => {
        if (error) reject(error instanceof Error ? error : new Error('the engine refused', { cause: error }));
        else resolve(stream);
      },
    );
  });
}
