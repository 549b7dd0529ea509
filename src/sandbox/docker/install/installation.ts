import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import { agentUser } from '../../content/agent-user.ts';
import { InstallationFolder } from '../../content/installation-folder.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { makeWorkspace, workspaceFolder, workspacePaths } from '../../content/workspace.ts';
import type { Installed, InstallRequest } from '../../engine.ts';
import { installationId, isInstallation } from '../../execution-id.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { listContainers, removeContainer } from '../container/container.ts';
import { bind, MB } from '../container/confined-host.ts';
import { readSettings } from '../container/container-settings.ts';
import { containerLabels, containerName, LABEL } from '../labels.ts';
import { stepOptions } from './install-options.ts';
import { installSteps, type Step } from './install-steps.ts';
import { packageSources, type SourcesRequest } from './package-sources.ts';
import { runStep } from './run-step.ts';

export interface InstallerDeps {
  /** The name that labels know the home by. */
  readonly homeLabel: string;
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly config: Config['sandbox'];
  /** Where packages are found. */
  readonly sources: Omit<SourcesRequest, 'home'>;
  /** The home's real path. */
  readonly home: string;
  readonly operator: Owner;
  readonly seccompPath: string;
}

const NOT_ITS_OWN = "an agent in it could not write into this machine's folder";
const MANIFESTS = ['package.json', 'package-lock.json', 'pyproject.toml', 'poetry.lock', 'requirements.txt'];
/** Of what a workspace may hold: in a copy a file with two names is two. */
const COPIED_TIMES_MAX = 2;

/**
 * Installs what an agent's own package.json, requirements.txt or pyproject.toml asks for, as the agent's user, in a
 * container that has a network and a copy of its workspace. The result is kept for the agent's next execution. If it fails
 * or is cut off, nothing has changed.
 *
 * Without `scripts` npm's packages run nothing in the container, and pip takes only what is built. Poetry builds what has
 * no wheel, which runs the package's own code.
 *
 * Rejects with `nothing_to_install`, what `installFailure` tells, `install_too_large` and what the engine and the
 * workspace reject with.
 */
export async function install(deps: InstallerDeps, request: InstallRequest, signal: AbortSignal): Promise<Installed> {
  const sources = packageSources({ ...deps.sources, home: deps.home });
  const settings = await readSettings(deps, signal);
  if (settings.facts.shiftsUsers)
    throw new BpError('sandbox_mounts', `the engine shifts user ids (${settings.facts.shiftsUsers}): ${NOT_ITS_OWN}`, {
      hint: 'install with an engine that does not',
    });
  const folder = workspaceFolder(request.agentId);
  const paths = workspacePaths(deps.home, folder);
  const user = agentUser(deps, request.agentNumber);
  const executionId = installationId(request.agentNumber);
  await removeEarlier(deps, executionId, signal);
  await makeWorkspace(paths);
  const place = new InstallationFolder(deps.home, folder);
  try {
    await place.fill({
      root: paths.root,
      files: request.files,
      owner: deps.operator.uid === 0 ? user : undefined,
      bytesMax: COPIED_TIMES_MAX * deps.config.workspace_mb * MB,
    });
    const manifests = await place.manifests(MANIFESTS);
    const poetryIndex = deps.sources.config.python_index !== null;
    const { steps, notes } = installSteps((name) => manifests.includes(name), { ...request, poetryIndex });
    if (steps.length === 0)
      throw new BpError(
        'nothing_to_install',
        `${request.agentId} has neither package.json, requirements.txt nor pyproject.toml`,
        { hint: 'bring one with bp-agents bootstrap --from' },
      );
    for (const note of notes) request.onLine(note);
    const optionsOf = (step: Step) =>
      stepOptions(settings, {
        name: containerName(deps.homeLabel, executionId),
        labels: containerLabels({ homeLabel: deps.homeLabel, executionId, agentId: request.agentId }),
        ...{ user, workspace: bind(place.tree, '/workspace', false), sources, step },
      });
    for (const step of steps)
      await runStep(deps, optionsOf(step), { step, sources, scripts: request.scripts, onLine: request.onLine }, signal);
    const size = await fittingSize(deps, place);
    await place.keep();
    return { commands: steps.map(({ told }) => told), size };
  } finally {
    await place.remove();
  }
}

/** What earlier ones left that were cut off: of this agent, and of others where it doesn't run any more. */
async function removeEarlier({ client, homeLabel }: InstallerDeps, own: string, signal: AbortSignal): Promise<void> {
  for (const { Id, Labels, State } of await listContainers(client, { homeLabel }, signal)) {
    const id = Labels[LABEL.execution] ?? '';
    if (id === own || (isInstallation(id) && State === 'exited'))
      await removeContainer(client, client.docker.getContainer(Id));
  }
}

/** Null where it is too large to be counted. */
async function fittingSize({ config }: InstallerDeps, place: InstallationFolder): Promise<Installed['size']> {
  const size = await place.measure();
  if (!size) return null;
  const { workspace_mb: mb, workspace_files_max: filesMax } = config;
  if (size.bytes <= mb * MB && size.files <= filesMax) return size;
  const comes = `${Math.ceil(size.bytes / MB)} MB in ${size.files} files`;
  throw new BpError('install_too_large', `its workspace would have ${comes}, and may have ${mb} MB in ${filesMax}`, {
    hint: 'raise sandbox.workspace_mb or sandbox.workspace_files_max, or ask for less',
  });
}
