import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnginePort, RunningParts } from './cli/cli-deps.ts';
import type { Endpoints } from './orchestrator/deps.ts';
import type { Config } from './config/schema.ts';
import { Gateway } from './intelligence/gateway.ts';
import { readCatalogue } from './intelligence/provider.ts';
import type { Logger } from './platform/logger.ts';
import { createDockerEngine, type DockerEngineOptions } from './sandbox/docker/docker-engine.ts';
import { createService, type Service } from './service/service.ts';

export type EnginePortOptions = DockerEngineOptions;

/** Where the supervisor's relay listens inside every container. */
const SERVICE_URL = 'http://127.0.0.1:8080';
const SOCKET_NAME = 'service.sock';

/** The real world behind the commands: joins the engine, the System Service and the orchestrator. */
export function createEnginePort(options: EnginePortOptions): EnginePort {
  const { environment, clock } = options;
  const engine = createDockerEngine(options);

  return {
    ...engine,
    async start(home, { logger, events }, signal): Promise<RunningParts> {
      const { config, economy } = home;
      const sandbox = await engine.open(home, logger);
      for (const warning of await sandbox.check(signal)) logger.warn({}, warning);
      const meters: Meters = new Map();
      const usage = { usedCpuMs: async (executionId: number) => meters.get(executionId)?.() };
      const catalogue = readCatalogue(config.intelligence, {
        environment,
        readFile: (path) => readFileSync(path, 'utf8'),
      });
      warnOfTokens(config, catalogue.size, logger);
      const gateway = new Gateway({ economy, catalogue, clock, random: economy.random, logger });
      await gateway.prepare();
      const service = await createService({ economy, usage, gateway, clock, logger });
      const endpoints = endpointsOf(service, gateway, meters);
      return {
        orchestrator: { economy, sandbox, endpoints, clock, logger, events },
        async close() {
          // What fails in one must not keep the other open, nor hide why the run has ended.
          for (const part of [service, sandbox])
            await part.close().catch((error: unknown) => logger.warn({ err: error }, 'something could not be closed'));
        },
      };
    },
  };
}

/** Tokens without a model, or a model without tokens: neither is of any use. */
function warnOfTokens({ market }: Config, models: number, logger: Logger): void {
  const { tokens } = market.supply;
  if (models > 0 && tokens === 0)
    logger.warn({}, 'a provider is configured, but market.supply.tokens is 0: no agent can ask a model');
  if (models === 0 && tokens > 0)
    logger.warn({}, 'market.supply.tokens is set, but no provider is: agents pay for tokens that they can not use');
}

/** What reads the CPU milliseconds of a running execution. */
type Meters = Map<number, () => Promise<number | undefined>>;

/** The service as the orchestrator needs it. */
function endpointsOf(service: Service, gateway: Gateway, meters: Meters): Endpoints {
  const open = new Map<number, { close(): Promise<void> }>();
  return {
    serviceUrl: SERVICE_URL,
    async open(executionId, directory, meter) {
      meters.set(executionId, meter);
      open.set(executionId, await service.openEndpoint(executionId, join(directory, SOCKET_NAME)));
    },
    endCalls: (executionId) => gateway.end(executionId),
    requests: (executionId) => service.requestsOf(executionId),
    async close(executionId) {
      meters.delete(executionId);
      await open.get(executionId)?.close();
      open.delete(executionId);
    },
  };
}
