import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { materialsDirectory } from '../../config/home-places.ts';
import { materialsFinding } from '../content/materials/materials-finding.ts';
import { MaterialsFolder } from '../content/materials/materials-folder.ts';
import { finishLandings } from '../content/shipped/cut-off-landings.ts';
import { Volumes } from '../content/volumes.ts';
import { layInFolder, lookInFolder } from '../content/workspace-update.ts';
import type { Engine } from '../engine.ts';
import { createDockerClient, type DockerClient } from './client/docker-client.ts';
import { findEngine, type EngineSearch } from './client/engine-address.ts';
import { connectEngine } from './client/engine-connection.ts';
import { engineError } from './client/engine-error.ts';
import { engineInfoOf } from './client/engine-facts.ts';
import { engineMachine } from './client/engine-machine.ts';
import { bringProgram } from './content/bring-program.ts';
import { createDockerSandbox } from './docker-sandbox.ts';
import { examine } from './examine/examination.ts';
import { ensureImage } from './image/image.ts';
import { install } from './install/installation.ts';
import { homeLabelOf } from './labels.ts';

export interface DockerEngineOptions extends EngineSearch {
  /** The folder `runtime/` of this package. */
  readonly runtimeDirectory: string;
  readonly clock: Clock;
  readonly random: Randomness;
  /** The operator's own. 0: agents run as users of their own; else as the operator. */
  readonly uid: number;
  readonly gid: number;
}

/** An engine with Docker's API, here or elsewhere, found as the Docker CLI finds it, anew at each call. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  const { environment, runtimeDirectory, clock, random, uid, gid } = options;
  const seccompPath = join(runtimeDirectory, 'seccomp.json');
  const searchPath = environment['PATH'] ?? '';
  const connect = async ({ sandbox }: Config) =>
    connectEngine(await findEngine(options, { unproven: sandbox.engine_unproven }), options);
  const briefly = async <T>(config: Config, work: (client: DockerClient) => Promise<T>) => {
    const connection = await connect(config);
    try {
      return await work(createDockerClient(connection.docker, clock));
    } finally {
      connection.close();
    }
  };

  return {
    async open({ directory, config }, logger) {
      return createDockerSandbox({
        connection: await connect(config),
        home: directory,
        config: config.sandbox,
        materials: config.materials,
        clock,
        random,
        logger,
        searchPath,
        sources: { config: config.packages, environment },
        uid,
        gid,
        seccompPath,
      });
    },
    machine: (config, signal) =>
      briefly(config, async (client) => {
        const info = engineInfoOf(await client.call('describe itself', signal, () => client.docker.info()));
        return info && engineMachine(info);
      }),
    ensureImage: (config, progress, signal) =>
      briefly(config, (client) =>
        ensureImage({ client, clock, runtimeDirectory, image: config.sandbox.image, progress, signal }),
      ),
    async install({ directory, config }, request, signal) {
      const home = realpathSync(directory);
      const sources = { config: config.packages, environment };
      const place = { home, homeLabel: homeLabelOf(home), operator: { uid, gid }, seccompPath, sources, clock };
      return briefly(config, (client) => install({ client, config: config.sandbox, ...place }, request, signal));
    },
    bringProgram({ directory, config }, request, signal) {
      const home = realpathSync(directory);
      const sources = { config: config.packages, environment, home };
      const place = { clock, random, homeLabel: homeLabelOf(home), sources, seccompPath, config: config.sandbox };
      return briefly(config, (client) => bringProgram({ ...place, client }, request, signal));
    },
    layFiles: ({ directory }, request) => layInFolder(realpathSync(directory), request, { uid }),
    lookAtFiles: ({ directory }, request) => lookInFolder(realpathSync(directory), request),
    putBackWorkspaces: ({ directory, config }, complain) =>
      putBack({ home: directory, config: config.sandbox, uid, searchPath, clock }, complain),
    async examine({ directory, config: { sandbox, materials }, isRunning }, signal) {
      return [
        ...(await examine({ ...options, seccompPath, config: sandbox, home: directory, isRunning }, signal)),
        await materialsFinding(new MaterialsFolder(materialsDirectory(directory), materials, clock)),
      ];
    },
  };
}

/** Never rejects: what can't be put back is told. */
async function putBack(
  place: Omit<ConstructorParameters<typeof Volumes>[0], 'logger'>,
  complain: (line: string) => void,
): Promise<void> {
  const tell = (_: object, message: string) => complain(message);
  const logger = { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
  try {
    const home = realpathSync(place.home);
    await new Volumes({ ...place, home, logger }).recover();
    await finishLandings(home);
  } catch (error) {
    complain(engineError('put back workspaces', error).message);
  }
}

/** Whether containers run on another machine than this one, for all that its address tells. */
export async function isEngineElsewhere(search: EngineSearch, { sandbox }: Config): Promise<boolean> {
  const { connection } = await findEngine(search, { unproven: sandbox.engine_unproven });
  // A virtual machine of this one has a socket here, too.
  return connection.kind !== 'socket';
}
