import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Histories } from '../operator/history/histories.ts';
import type { Clock } from '../platform/clock.ts';
import { isOneOf } from '../platform/system-error.ts';
import { newSecret } from './access/digest.ts';
import { Gate } from './access/gate.ts';
import { EventStreams } from './event-streams.ts';
import { allRoutes } from './routes/all-routes.ts';
import { keepStanding, LOOPBACK, pageAddress, standingOf } from './standing.ts';
import { buildWebApp } from './web-app.ts';
import type { WebDeps } from './web-deps.ts';

export interface WebServer {
  readonly port: number;
  /** Without a token: who was let in before gets in. */
  readonly address: string;
  /** With a fresh token, which works once and soon. Throws the system's error. */
  newEntryAddress(): string;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A server that has just ended may hold its port for a moment. */
const TAKEN_MS = 2000;
const AGAIN_MS = 100;

/**
 * Serves the page on this machine alone, at the port given or, for 0, at the one where it stood last; at a free one
 * where that is taken. Throws the system's error where there is none, or the page was not built.
 */
export async function startWebServer(deps: WebDeps, port: number): Promise<WebServer> {
  const { home, clock, random, logger, feed } = deps;
  const { directory } = home;
  const gate = new Gate({ home: directory, clock, random });
  const streams = new EventStreams({ feed, clock, logger });
  const key = newSecret(random);
  const app = buildWebApp(deps, { gate, streams, key, routes: allRoutes(new Histories(home.economy)) });
  app.server.maxConnections = home.config.web.connections_max;
  const taken = await listen(app, clock, port === 0 ? (standingOf(directory)?.port ?? 0) : port);
  gate.standAt(taken);
  try {
    keepStanding(directory, { port: taken, key });
  } catch (error) {
    // Nobody would find it, and it would outlive the run.
    await app.close();
    throw error;
  }
  return {
    port: taken,
    address: pageAddress(taken),
    newEntryAddress: () => pageAddress(taken, gate.newEntry()),
    async close() {
      streams.close();
      await app.close();
    },
  };
}

async function listen(app: FastifyInstance, clock: Clock, wanted: number): Promise<number> {
  const until = clock.monotonic() + TAKEN_MS;
  for (let port = wanted; ;) {
    try {
      await app.listen({ host: LOOPBACK, port, exclusive: true });
      return (app.server.address() as AddressInfo).port;
    } catch (error) {
      if (port === 0 || !isOneOf(error, 'EADDRINUSE', 'EACCES')) throw error;
      if (isOneOf(error, 'EACCES') || clock.monotonic() > until) port = 0;
      else await clock.sleep(AGAIN_MS);
    }
  }
}
