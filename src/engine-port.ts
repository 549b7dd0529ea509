import { readFileSync } from 'node:fs';
import type { EnginePort, Practice, RunningParts } from './cli/cli-deps.ts';
import type { Endpoints } from './orchestrator/deps.ts';
import type { Config } from './config/schema.ts';
import { openTransports } from './intelligence/cassette/open-transports.ts';
import { Gateway } from './intelligence/gateway.ts';
import { noTransports } from './intelligence/no-transport.ts';
import { readCatalogue } from './intelligence/provider.ts';
import type { Transports } from './intelligence/transport.ts';
import type { Home } from './operator/home.ts';
import type { RunningUses } from './operator/running-uses.ts';
import { FolderShelf } from './operator/templates/template-shelf.ts';
import { MachineLoad } from './orchestrator/machine-load.ts';
import { cpuTimes, ownCpuMs } from './platform/cpu-times.ts';
import type { Logger } from './platform/logger.ts';
import { createDockerEngine, isEngineElsewhere, type DockerEngineOptions } from './sandbox/docker/docker-engine.ts';
import { createService, type Service } from './service/service.ts';

export type EnginePortOptions = DockerEngineOptions;

/** The real world behind the commands: joins the engine, the System Service and the orchestrator. */
export function createEnginePort(options: EnginePortOptions): EnginePort {
  const { environment, clock } = options;
  const engine = createDockerEngine(options);
  const templates = new FolderShelf(options.runtimeDirectory);

  return {
    ...engine,
    async start(home, { logger, events, checks, calls, uses, practice }, signal): Promise<RunningParts> {
      const { config, economy } = home;
      const sandbox = await engine.open(home, logger);
      let proven: Promise<unknown> = Promise.resolve();
      const warn = (warnings: readonly string[]) => {
        for (const warning of warnings) logger.warn({}, warning);
      };
      const aside = (trial: Promise<readonly string[]>) => {
        proven = trial.then(warn);
        // Whoever waits for nothing of it is not hit by it.
        proven.catch(() => undefined);
      };
      try {
        warn(await sandbox.check(signal, checks, practice && aside));
      } catch (error) {
        // What the check has found is what is told.
        await sandbox.close().catch(() => undefined);
        throw error;
      }
      const keys = { environment, readFile: (path: string) => readFileSync(path, 'utf8') };
      const catalogue = readCatalogue(config.intelligence, practice ? undefined : keys);
      warnOfTokens(config, catalogue.size, logger);
      const transports = transportsOf(home, logger, practice);
      const gateway = new Gateway({
        ...{ economy, catalogue, transports, clock, random: economy.random, logger, observer: calls },
      });
      await gateway.prepare();
      const service = await createService({ economy, gateway, templates, clock, logger, observe: practice?.observe });
      const load = await machineLoad(options, config);
      const endpoints = endpointsOf(service, gateway, [load, uses]);
      return {
        orchestrator: { economy, sandbox, endpoints, load, clock, logger, events },
        proven,
        async close() {
          // What fails in one must not keep the other open, nor hide why the run has ended.
          for (const part of [service, sandbox])
            await part.close().catch((error: unknown) => logger.warn({ err: error }, 'something could not be closed'));
        },
      };
    },
  };
}

/** In practice no provider is asked: a cassette answers, or nobody does. */
function transportsOf({ config, directory }: Home, logger: Logger, practice: Practice | undefined): Transports {
  const { intelligence } = config;
  if (practice && intelligence.replay === null) return noTransports(practice.unasked);
  return openTransports(intelligence, { home: directory, logger });
}

/** Tokens without a model, or a model without tokens: neither is of any use. */
function warnOfTokens({ market }: Config, models: number, logger: Logger): void {
  const { tokens } = market.supply;
  if (models > 0 && tokens === 0)
    logger.warn({}, 'a provider is configured, but market.supply.tokens is 0: no agent can ask a model');
  if (models === 0 && tokens > 0)
    logger.warn({}, 'market.supply.tokens is set, but no provider is: agents pay for tokens that they can not use');
}

/** Of this machine, though agents may run on another one. Undefined where nobody wants to know. */
async function machineLoad(options: DockerEngineOptions, config: Config): Promise<MachineLoad | undefined> {
  if (config.market.yield.cpu_share === null) return undefined;
  return new MachineLoad({ cpuTimes, ownCpuMs, isEngineElsewhere: await isEngineElsewhere(options, config) });
}

/** The service as the orchestrator needs it. */
function endpointsOf(
  service: Service,
  gateway: Gateway,
  followers: readonly (MachineLoad | RunningUses | undefined)[],
): Endpoints {
  return {
    open(executionId, run) {
      service.openEndpoint(executionId, run);
      for (const follower of followers) follower?.follow(executionId, run);
    },
    endCalls: (executionId) => gateway.end(executionId),
    requests: (executionId) => service.requestsOf(executionId),
    close(executionId) {
      service.closeEndpoint(executionId);
      for (const follower of followers) void follower?.forget(executionId);
    },
  };
}
