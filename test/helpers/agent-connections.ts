import { createServer, type RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { runSupervised, type SupervisedOptions } from './supervised.ts';

export type Serve = (connection: Duplex) => void;

/** Runs an agent whose connections are served like this, to its end. */
export function runBeside(serve: Serve, options: SupervisedOptions) {
  return runSupervised({ ...options, serve });
}

/** An HTTP server for each connection that it is handed. */
export function http(listener: RequestListener): Serve {
  const server = createServer(listener);
  return (connection) => void server.emit('connection', connection);
}

/** What does `serve` with each connection, whatever becomes of it. */
export function raw(serve: Serve): Serve {
  return (connection) => {
    connection.on('error', () => undefined);
    serve(connection);
  };
}

export const hello: RequestListener = (request, response) => {
  response.end(`${request.method} ${request.url} ${String(request.headers['x-agent'])}`);
};

/** What most of these agents begin with. */
export const SOCKET = `
import os, socket, time
def connect():
    return socket.create_connection(("127.0.0.1", 8080), timeout=30)
def read_all(s):
    parts = []
    while part := s.recv(65536): parts.append(part)
    return b"".join(parts)
def resident_kb():
    return int(next(l for l in open("/proc/1/status") if l.startswith("VmRSS")).split()[1])
`;
