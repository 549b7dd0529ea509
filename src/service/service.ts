import type { FastifyInstance } from 'fastify';
import type { Economy } from '../economy/economy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Gateway } from '../intelligence/gateway.ts';
import type { Logger } from '../platform/logger.ts';
import { buildApp } from './app.ts';
import { openEndpoint, type Endpoint } from './endpoint.ts';
import type { UsageReader } from './routes/execution.ts';
import { serviceRoutes } from './routes/service-routes.ts';

export interface ServiceDeps {
  readonly economy: Economy;
  readonly usage: UsageReader;
  readonly gateway: Gateway;
  /** The machine's own: connections are timed by it. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The System Service: one application behind as many Unix sockets as there are executions. */
export interface Service {
  /** The application itself, for `inject`: no execution stands behind what comes that way. */
  readonly app: FastifyInstance;
  /** Listens for one execution, in a directory that is there. Who comes through this socket is this execution or nobody. */
  openEndpoint(executionId: number, socketPath: string): Promise<Endpoint>;
  /** Requests of an execution so far; read it before its endpoint is closed. 0 where it has none. */
  requestsOf(executionId: number): number;
  /** Closes every endpoint. Idempotent. */
  close(): Promise<void>;
}

/** Makes the service; it listens to nobody before the first endpoint is opened. */
export async function createService({ economy, usage, gateway, clock, logger }: ServiceDeps): Promise<Service> {
  const endpoints = new Map<number, Endpoint>();
  const requestsOf = (executionId: number) => endpoints.get(executionId)?.requests ?? 0;
  const routes = serviceRoutes({ economy, usage, requestsOf, gateway });
  const app = await buildApp({ economy, logger, clock, routes });

  return {
    app,
    requestsOf,
    async openEndpoint(executionId, socketPath) {
      await endpoints.get(executionId)?.close();
      const { service: limits } = economy.config;
      const endpoint = await openEndpoint({
        executionId,
        socketPath,
        limits,
        clock,
        logger,
        handler: (request, response) => app.routing(request, response),
        closed: () => endpoints.delete(executionId),
      });
      endpoints.set(executionId, endpoint);
      return endpoint;
    },
    async close() {
      try {
        await gateway.close();
      } finally {
        await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
        await app.close();
      }
    },
  };
}
