import type { FastifyInstance } from 'fastify';
import type { RequestObserver } from '../domain/served-request.ts';
import type { TemplateShelf } from '../domain/template.ts';
import type { Economy } from '../economy/economy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Gateway } from '../intelligence/gateway.ts';
import type { Logger } from '../platform/logger.ts';
import { buildApp } from './app.ts';
import { openEndpoint, type Endpoint, type ServedRun } from './endpoint.ts';
import { serviceRoutes } from './routes/service-routes.ts';

export interface ServiceDeps {
  readonly economy: Economy;
  readonly gateway: Gateway;
  /** What children can be made of. */
  readonly templates: TemplateShelf;
  /** The machine's own: connections are timed by it. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who looks on, where somebody does. */
  readonly observe?: RequestObserver | undefined;
}

/** The System Service: one application behind as many endpoints as there are executions. */
export interface Service {
  /** The application itself, for `inject`: no execution stands behind what comes that way. */
  readonly app: FastifyInstance;
  /** Serves one execution. Whatever comes by its connections is taken for this execution alone. */
  openEndpoint(executionId: number, run: ServedRun): Endpoint;
  /** Ends what is open of one execution. Idempotent. */
  closeEndpoint(executionId: number): void;
  /** Requests of an execution so far; read it before its endpoint is closed. 0 where it has none. */
  requestsOf(executionId: number): number;
  /** Closes every endpoint. Idempotent. */
  close(): Promise<void>;
}

/** Makes the service; it serves nobody before the first endpoint is opened. */
export async function createService(deps: ServiceDeps): Promise<Service> {
  const { economy, gateway, templates, clock, logger, observe } = deps;
  const endpoints = new Map<number, Endpoint>();
  const routes = serviceRoutes({ economy, runOf: (executionId) => endpoints.get(executionId), gateway, templates });
  const app = await buildApp({ economy, logger, clock, routes, observe });

  return {
    app,
    requestsOf: (executionId) => endpoints.get(executionId)?.requests ?? 0,
    openEndpoint(executionId, run) {
      endpoints.get(executionId)?.close();
      const { service: limits } = economy.config;
      const endpoint = openEndpoint({
        executionId,
        run,
        limits,
        clock,
        logger,
        handler: (request, response) => app.routing(request, response),
        closed: () => endpoints.delete(executionId),
      });
      endpoints.set(executionId, endpoint);
      return endpoint;
    },
    closeEndpoint: (executionId) => endpoints.get(executionId)?.close(),
    async close() {
      try {
        await gateway.close();
      } finally {
        for (const endpoint of endpoints.values()) endpoint.close();
        await app.close();
      }
    },
  };
}
