import { chmod, rm } from 'node:fs/promises';
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/schema.ts';
import { refuse, type Refusal } from '../domain/refusal.ts';
import { formatId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { BpError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { createPace } from './pace.ts';
import { PacedConnection } from './paced-connection.ts';
import { createLoopTurns } from './loop-turns.ts';
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
  readonly clock: Clock;
  readonly handler: RequestListener;
  readonly logger: Logger;
  /** Called once, when it is closed. */
  readonly closed: () => void;
}

/** One endpoint as its requests see it. */
export interface Load {
  readonly executionId: number;
  requests: number;
  /** Requests that stand open, this one included. */
  open: number;
  /** The token that was found to be its execution's; another one never will be. */
  token?: string;
  agentId?: string;
}

/** Everyone may connect who can reach it: the agent's user must, and its directory lets nobody else come so far. */
const SOCKET_MODE = 0o666;
const REQUESTS_PER_CONNECTION_MAX = 10_000;
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
  const { executionId, socketPath, handler, closed, limits, clock } = options;
  const load: Load = { executionId, requests: 0, open: 0 };
  const pace = createPace(clock, { perSecond: limits.requests_per_second_max, burst: limits.request_burst_max });
  const turns = createLoopTurns();
  const server = makeServer(options, (request: BoundRequest, response) => {
    load.requests += 1;
    if (!pace.take()) {
      refuseFlood(request, response, limits);
      return;
    }
    load.open += 1;
    response.once('close', () => (load.open -= 1));
    request[LOAD] = load;
    handler(request, response);
  });
  const connections = new Set<Socket>();
  paceConnections(server, (socket) => {
    pace.take();
    // In debt a connection isn't worth a parser.
    if (pace.pauseMs() > 0) return undefined;
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    return new PacedConnection(socket, { clock, pace, turns, patienceMs: limits.request_timeout_ms });
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
      keepAliveTimeout: limits.idle_timeout_ms,
      // There is one host behind a socket, whatever it is called.
      requireHostHeader: false,
    },
    listener,
  );
  /** The answer that a connection is at, or had last. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => answers.set(request.socket, response));
  server.maxConnections = limits.connections_max;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    const isAnswered = answer?.headersSent === true && !(answer.req.complete && answer.writableFinished);
    refuseConnection(error, socket, { limits, isAnswered });
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    sendRefusal(response, refuse('malformed_request', 'Expect may only be 100-continue'));
  });
  server.on('connect', (_request, socket) =>
    endWith(socket, refuse('malformed_request', 'CONNECT is no method of this service')),
  );
  server.on('error', (error) =>
    logger.error({ err: error, execution_id: formatId('execution', executionId) }, 'an endpoint of the service failed'),
  );
  return server;
}

/** Puts something between the server and each of its connections; those for which it has nothing are closed. */
function paceConnections(server: Server, pacedBy: (socket: Socket) => Duplex | undefined): void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const connection = pacedBy(socket);
    if (!connection) {
      socket.on('error', () => undefined).destroy();
      return;
    }
    for (const listener of listeners) Reflect.apply(listener, server, [connection]);
  });
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

interface Malformed {
  readonly limits: Config['service'];
  /** It turned out after the answer: of two, the second would be taken for another request's. */
  readonly isAnswered: boolean;
}

/** What never became a request, or not a whole one. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex, { limits, isAnswered }: Malformed): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (isAnswered) hangUp(socket);
  else endWith(socket, connectionRefusal(error.code, limits));
}

/** Written by hand, where there is no reply to use. Whoever doesn't close its own side then is not waited for. */
function endWith(socket: Duplex, refusal: Refusal): void {
  const problem = problemOf(refusal);
  const body = JSON.stringify(problem);
  hangUp(
    socket,
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nConnection: close\r\n` +
      `Content-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function hangUp(socket: Duplex, last = ''): void {
  socket.end(last, () => void socket.destroy());
}

/** The shortest way out: a flood must not come as far as the application. */
function refuseFlood(request: IncomingMessage, response: ServerResponse, limits: Config['service']): void {
  const { requests_per_second_max: limit } = limits;
  request.resume();
  response.setHeader('retry-after', '1');
  sendRefusal(response, refuse('too_many_requests', `at most ${limit} requests may come in a second`, { limit }));
}

function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const problem = problemOf(refusal);
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, { 'content-type': PROBLEM_JSON, 'content-length': Buffer.byteLength(body) });
  response.end(body);
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
