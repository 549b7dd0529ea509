import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/schema.ts';
import { refuse, type Refusal } from '../domain/refusal.ts';
import type { Clock } from '../platform/clock.ts';
import type { TakeFiles } from '../domain/prompt-files.ts';
import type { Logger } from '../platform/logger.ts';
import { createPace } from './pace.ts';
import { PacedConnection } from './paced-connection.ts';
import { createLoopTurns } from './loop-turns.ts';
import { PROBLEM_JSON, problemOf } from '../protocol/problem.ts';
import { Snapshots } from './snapshots.ts';

/** What the service needs of a running execution; whoever runs it gives it. */
export interface ServedRun {
  /** Hands over each connection that the agent makes, those too that came before the call. */
  serve(accept: (connection: Duplex) => void): void;
  /** Requests that were counted before. */
  readonly requests: number;
  /** Told of each request that is counted: those of before and since. */
  keepRequests(count: number): void;
  /** CPU milliseconds used so far, or undefined where they can't be had now. Resolves soon. */
  usedCpuMs(): Promise<number | undefined>;
  readonly takeFiles: TakeFiles;
}

/** One execution's way to the service: the connections of its agent, and of nobody else. */
export interface Endpoint extends Pick<ServedRun, 'usedCpuMs'> {
  readonly executionId: number;
  readonly snapshots: Snapshots;
  /** Requests that came in so far, refused ones too. */
  readonly requests: number;
  /** Ends all connections, and takes no more. Idempotent. */
  close(): void;
}

export interface EndpointOptions {
  readonly executionId: number;
  readonly run: ServedRun;
  readonly limits: Config['service'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly handler: RequestListener;
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

const REQUESTS_PER_CONNECTION_MAX = 10_000;
const CONNECTION_CHECKS_MS = 1000;

const LOAD = Symbol('load');
type BoundRequest = IncomingMessage & { [LOAD]?: Load };

/** The endpoint that a request came through: known from its server, never from what it says. */
export function loadOf(request: BoundRequest): Load | undefined {
  return request[LOAD];
}

/** Serves the connections of one execution, from now until it is closed. */
export function openEndpoint({ executionId, run, limits, clock, logger, handler, closed }: EndpointOptions): Endpoint {
  const load: Load = { executionId, requests: run.requests, open: 0 };
  const pace = createPace(clock, { perSecond: limits.requests_per_second_max, burst: limits.request_burst_max });
  const turns = createLoopTurns();
  const server = makeServer(limits, (request: BoundRequest, response) => {
    load.requests += 1;
    run.keepRequests(load.requests);
    if (!pace.take()) {
      refuseFlood(request, response, limits);
      return;
    }
    load.open += 1;
    response.once('close', () => (load.open -= 1));
    request[LOAD] = load;
    handler(request, response);
  });
  // The server itself no longer knows of a connection on which something else than HTTP came in.
  const connections = new Set<Duplex>();
  let isClosed = false;
  const isWelcome = () => {
    if (isClosed || connections.size >= limits.connections_max) return false;
    pace.take();
    // In debt a connection isn't worth a parser.
    return pace.pauseMs() === 0;
  };
  run.serve((connection) => {
    // One that was over before it came would never tell its end.
    if (connection.destroyed || !isWelcome()) {
      connection.on('error', () => undefined).destroy();
      return;
    }
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
    server.emit(
      'connection',
      new PacedConnection(connection, { clock, pace, turns, patienceMs: limits.request_timeout_ms }),
    );
  });
  return {
    executionId,
    get requests() {
      return load.requests;
    },
    usedCpuMs: () => run.usedCpuMs(),
    snapshots: new Snapshots(run.takeFiles, (err) =>
      logger.warn({ executionId, err }, 'no snapshot of files could be taken'),
    ),
    close() {
      if (isClosed) return;
      isClosed = true;
      server.close();
      for (const connection of connections) connection.destroy();
      closed();
    },
  };
}

/** A server that listens nowhere: it is given its connections. */
function makeServer(limits: Config['service'], listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.header_bytes_max,
      requestTimeout: limits.request_timeout_ms,
      headersTimeout: limits.request_timeout_ms,
      connectionsCheckingInterval: Math.min(CONNECTION_CHECKS_MS, limits.request_timeout_ms),
      keepAliveTimeout: limits.idle_timeout_ms,
      // There is one host behind an endpoint, whatever it is called.
      requireHostHeader: false,
    },
    listener,
  );
  /** The answer that a connection is at, or had last. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => answers.set(request.socket, response));
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
  // From this event on it looks after its time-outs, until it is closed.
  server.emit('listening');
  return server;
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

/** Written by hand, since there is no reply object to use. A peer that then doesn't close its side isn't waited for. */
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
