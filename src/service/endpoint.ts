import { chmod, rm } from 'node:fs/promises';
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/schema.ts';
import { refuse, type Refusal } from '../domain/refusal.ts';
import { formatId } from '../domain/ids.ts';
import { BpError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { PROBLEM_JSON, problemOf } from './problem.ts';

/** One execution's way to the service: a Unix socket of its own. */
export interface Endpoint {
  readonly executionId: number;
  /** Requests that came in so far, refused ones too. */
  readonly requests: number;
  /** Ends all connections and removes the socket. Idempotent. */
  close(): Promise<void>;
}

export interface EndpointOptions {
  readonly executionId: number;
  readonly socketPath: string;
  readonly limits: Config['service'];
  readonly handler: RequestListener;
  readonly logger: Logger;
  /** Called once, when it is closed. */
  readonly closed: () => void;
}

/** How many requests stand open at one endpoint, this one included. */
export interface Load {
  readonly executionId: number;
  requests: number;
  open: number;
}

/** Everyone may connect who can reach it: the agent's user must, and its directory lets nobody else come so far. */
const SOCKET_MODE = 0o666;
const KEEP_ALIVE_MS = 60_000;
const REQUESTS_PER_CONNECTION_MAX = 10_000;
const CONNECTIONS_PER_REQUEST = 4;
const CONNECTION_CHECKS_MS = 1000;

const LOAD = Symbol('load');
type BoundRequest = IncomingMessage & { [LOAD]?: Load };

/** The endpoint that a request came through: known from its server, never from what it says. */
export function loadOf(request: BoundRequest): Load | undefined {
  return request[LOAD];
}

/**
 * Listens on a Unix socket for one execution. A socket that a crash left behind is replaced.
 * Rejects with `BpError` `service_socket`.
 */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { executionId, socketPath, handler, closed } = options;
  const load: Load = { executionId, requests: 0, open: 0 };
  const server = makeServer(options, (request: BoundRequest, response) => {
    load.requests += 1;
    load.open += 1;
    response.once('close', () => (load.open -= 1));
    request[LOAD] = load;
    handler(request, response);
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  try {
    await rm(socketPath, { force: true });
    await listen(server, socketPath);
    await chmod(socketPath, SOCKET_MODE);
  } catch (error) {
    await close(server, connections);
    throw new BpError('service_socket', `the socket ${socketPath} can't be made`, { cause: error });
  }
  let closing: Promise<void> | undefined;
  return {
    executionId,
    get requests() {
      return load.requests;
    },
    close: () => (closing ??= close(server, connections).then(closed)),
  };
}

function makeServer({ limits, logger, executionId }: EndpointOptions, listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.header_bytes_max,
      requestTimeout: limits.request_timeout_ms,
      headersTimeout: limits.request_timeout_ms,
      connectionsCheckingInterval: Math.min(CONNECTION_CHECKS_MS, limits.request_timeout_ms),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // There is one host behind a socket, whatever it is called.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = limits.concurrent_requests_max * CONNECTIONS_PER_REQUEST;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseConnection(error, socket, limits));
  server.on('error', (error) =>
    logger.error({ err: error, execution_id: formatId('execution', executionId) }, 'an endpoint of the service failed'),
  );
  return server;
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The server itself no longer knows of a connection on which something else than HTTP came in: so each is kept here. */
function close(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of connections) socket.destroy();
  });
}

/** What never became a request: there is no reply to use, so the answer is written by hand. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex, limits: Config['service']): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(connectionRefusal(error.code, limits));
  const body = JSON.stringify(problem);
  // Whoever doesn't close its own side then is not waited for.
  const hangUp = () => void socket.destroy();
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nConnection: close\r\n` +
      `Content-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    hangUp,
  );
}

function connectionRefusal(code: string | undefined, limits: Config['service']): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return refuse('request_timeout', `a request must arrive within ${limits.request_timeout_ms} milliseconds`, {
      limit: limits.request_timeout_ms,
    });
  if (code === 'HPE_HEADER_OVERFLOW')
    return refuse('headers_too_large', `headers must be at most ${limits.header_bytes_max} bytes together`, {
      limit: limits.header_bytes_max,
    });
  return refuse('malformed_request', 'send HTTP/1.1');
}
