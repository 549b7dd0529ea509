import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServedRun } from '../../src/service/endpoint.ts';

export interface ListeningRun extends ServedRun {
  /** Takes no more connections; those that are open go on. */
  close(): void;
}

/**
 * An execution whose agent connects to a Unix socket: what the service is handed over are real sockets, and any HTTP
 * client reaches it.
 */
export async function listeningRun(
  socketPath: string,
  facts: Partial<Omit<ServedRun, 'serve'>> = {},
): Promise<ListeningRun> {
  const early: Duplex[] = [];
  let accept: (connection: Duplex) => void = (connection) => void early.push(connection);
  const server = createServer({ allowHalfOpen: true }, (socket) => accept(socket));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    requests: 0,
    keepRequests: () => undefined,
    usedCpuMs: () => Promise.resolve(undefined),
    takeFiles: () => Promise.reject(new Error('there are no files')),
    ...facts,
    serve(acceptNow) {
      accept = acceptNow;
      for (const connection of early.splice(0)) acceptNow(connection);
    },
    close: () => void server.close(),
  };
}
