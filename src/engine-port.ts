import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { EnginePort, RunningParts } from './cli/deps.ts';
import type { Endpoints } from './orchestrator/deps.ts';
import type { Config } from './config/schema.ts';
import { Gateway } from './intelligence/gateway.ts';
import { readCatalogue } from './intelligence/provider.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import { createDockerSandbox } from './sandbox/docker/docker-sandbox.ts';
import { connectEngine, findEngine, type EngineSearch } from './sandbox/docker/client/engine-address.ts';
import { createDockerClient } from './sandbox/docker/client/docker-client.ts';
import { engineError } from './sandbox/docker/client/engine-error.ts';
import { examine } from './sandbox/docker/examine/examination.ts';
import { ensureImage } from './sandbox/docker/image/image.ts';
import { install } from './sandbox/docker/install/installation.ts';
import { homeLabelOf } from './sandbox/docker/labels.ts';
import { Volumes } from './sandbox/content/volumes.ts';
import { createService, type Service } from './service/service.ts';

export interface EnginePortOptions extends EngineSearch {
  /** The folder `runtime/` of this package. */
  readonly runtimeDirectory: string;
  readonly clock: Clock;
  readonly uid: number;
  readonly gid: number;
}

/** Where the supervisor's relay listens inside every container. */
const SERVICE_URL = 'http://127.0.0.1:8080';
const SOCKET_NAME = 'service.sock';

/** The real world behind the commands: joins the Docker sandbox, the System Service and the orchestrator. */
export function createEnginePort(options: EnginePortOptions): EnginePort {
  const { environment, runtimeDirectory, clock, uid, gid } = options;
  const seccompPath = join(runtimeDirectory, 'seccomp.json');

  return {
    async start({ directory, config, economy }, { logger, events }, signal): Promise<RunningParts> {
      const address = await findEngine(options);
      const sandbox = createDockerSandbox({
        docker: connectEngine(address),
        address,
        home: directory,
        config: config.sandbox,
        clock,
        logger,
        userRuntimeDirectory: environment['XDG_RUNTIME_DIR'],
        searchPath: environment['PATH'] ?? '',
        uid,
        gid,
        seccompPath,
      });
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
          await service.close();
          await sandbox.close();
        },
      };
    },
    async ensureImage({ sandbox }, progress, signal) {
      const docker = connectEngine(await findEngine(options));
      return ensureImage({
        client: createDockerClient(docker, clock),
        clock,
        runtimeDirectory,
        image: sandbox.image,
        progress,
        signal,
      });
    },
    async install({ directory, config }, request, signal) {
      const client = createDockerClient(connectEngine(await findEngine(options)), clock);
      const home = realpathSync(directory);
      const place = { home, homeLabel: homeLabelOf(home), operator: { uid, gid }, seccompPath, environment };
      return install({ client, config: config.sandbox, ...place }, request, signal);
    },
    async putBackWorkspaces({ directory, config }, complain) {
      const tell = (_: object, message: string) => complain(message);
      await new Volumes({
        home: realpathSync(directory),
        config: config.sandbox,
        uid,
        searchPath: environment['PATH'] ?? '',
        clock,
        logger: { debug: () => undefined, info: () => undefined, warn: tell, error: tell },
      })
        .recover()
        .catch((error: unknown) => complain(engineError('put back workspaces', error).message));
    },
    examine: ({ directory, config: { sandbox }, isRunning }, signal) =>
      examine({ ...options, seccompPath, config: sandbox, home: directory, isRunning }, signal),
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
