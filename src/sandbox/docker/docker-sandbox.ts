import { realpathSync } from 'node:fs';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { materialsDirectory, outputPath } from '../../config/home-places.ts';
import { Materials } from '../content/materials/materials.ts';
import { MaterialsFolder } from '../content/materials/materials-folder.ts';
import { removeOutput } from '../content/output-file.ts';
import { ShippedWorkspaces } from '../content/shipped/shipped-workspaces.ts';
import { Volumes } from '../content/volumes.ts';
import { alwaysShipped, Workspaces } from '../content/workspaces.ts';
import { workspaceFolder } from '../content/workspace.ts';
import type { Sandbox } from '../sandbox.ts';
import { createDockerClient } from './client/docker-client.ts';
import type { EngineConnection } from './client/engine-connection.ts';
import { knownSettings } from './container/container-settings.ts';
import { workspaceVolumes } from './container/workspace-volumes.ts';
import { EngineContents } from './content/engine-contents.ts';
import { fillOf } from './content/content-fill.ts';
import { adoptExecution } from './execution/adopt-execution.ts';
import { Carriers } from './execution/carriers.ts';
import { check } from './execution/check.ts';
import { discardExecution } from './execution/discard-execution.ts';
import { prepareAside } from './execution/prepare-aside.ts';
import { prepareExecution } from './execution/prepare-execution.ts';
import { UnbegunExecutions } from './execution/unbegun-executions.ts';
import { erase, sweep } from './execution/sweep.ts';
import type { SourcesRequest } from './install/package-sources.ts';
import { homeLabelOf } from './labels.ts';

export interface DockerSandboxOptions {
  readonly connection: EngineConnection;
  /** The home's directory; must exist. */
  readonly home: string;
  readonly config: Config['sandbox'];
  readonly materials: Config['materials'];
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
  /** Where the packages of programs are found. */
  readonly sources: Omit<SourcesRequest, 'home'>;
  /** PATH, by which the host's tools for workspaces are found. */
  readonly searchPath: string;
  /** The operator's own. 0: agents run as users of their own; else as the operator. */
  readonly uid: number;
  readonly gid: number;
  /** The file of the seccomp profile. */
  readonly seccompPath: string;
}

/** The sandbox on an engine with Docker's API. Nothing is sent to the engine before a method is called. */
export function createDockerSandbox(options: DockerSandboxOptions): Sandbox {
  const { config, clock, random, logger, connection, uid, gid, seccompPath, searchPath } = options;
  const home = realpathSync(options.home);
  const homeLabel = homeLabelOf(home);
  const client = createDockerClient(connection.docker, clock);
  const volumes = new Volumes({ home, config, uid, searchPath, clock, logger });
  const shipped = new ShippedWorkspaces({ home, config, volumes: workspaceVolumes(client, homeLabel), clock, logger });
  const shipping = alwaysShipped(config);
  const settings = knownSettings({ client, config, seccompPath });
  const parts = {
    ...{ client, clock, random, logger, config, home, homeLabel },
    workspaces: new Workspaces(volumes, shipped, shipping),
    settings,
    contents: new EngineContents({ client, clock, random, homeLabel, settings }),
    operator: { uid, gid },
    carriers: new Carriers(),
  };
  const { contents } = parts;
  const sources = { ...options.sources, home };
  const place: Sandbox['place'] = (content, signal) =>
    contents.ensure(content, fillOf({ ...parts, sources }, content), signal);
  const keep: Sandbox['keepContent'] = (kind, keys, signal) =>
    contents.sweep((one) => one.kind !== kind || keys.has(one.key), signal);
  const folder = new MaterialsFolder(materialsDirectory(home), options.materials, clock);
  const materials = new Materials({ folder, place, keep, clock });
  const unbegun = new UnbegunExecutions();
  let trial: Promise<readonly string[]> | undefined;

  return {
    check(signal, memory, aside) {
      const apart = (running: Promise<readonly string[]>) => {
        trial = running.finally(() => (trial = undefined));
        // Who asked for the check is told of its failure, and so is who prepares an execution meanwhile. Here it is
        // only handled.
        trial.catch(() => undefined);
        aside?.(trial);
      };
      return check({ ...parts, address: connection.address }, signal, { memory, aside: aside && apart });
    },
    async ping(signal) {
      await client.call('answer', signal, () => client.docker.ping());
    },
    prepare: (request, signal) =>
      unbegun.prepare(request.executionId, signal, (until) => {
        const own = { ...request, folder: workspaceFolder(request.agentId) };
        return trial ? prepareAside(parts, own, { trial, signal: until }) : prepareExecution(parts, own, until);
      }),
    adopt: (request, signal) => adoptExecution(parts, request, signal),
    discard: (executionId) => discardExecution(parts, executionId),
    async close() {
      try {
        await trial?.catch(() => undefined);
        await unbegun.close((executionId) => discardExecution(parts, executionId));
        await parts.workspaces.putBackUnused();
      } finally {
        connection.close();
      }
    },
    forget: (executionId) => removeOutput(outputPath(home, executionId)),
    sweep: (keep, signal) => sweep(parts, keep, signal),
    place,
    materials: (signal) => materials.expose(signal),
    keepContent: keep,
    erase: (signal) => erase(parts, signal),
  };
}
