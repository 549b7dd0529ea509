import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config/schema.ts';
import { BpError } from '../../../platform/errors.ts';
import { agentUser } from '../../content/agent-user.ts';
import type { Owner } from '../../content/safe-directory.ts';
import {
  fillWorkspace,
  makeWorkspace,
  measureWorkspace,
  workspaceFolder,
  workspacePaths,
} from '../../content/workspace.ts';
import type { Installed, InstallRequest } from '../../engine.ts';
import type { DockerClient } from '../client/docker-client.ts';
import {
  attachTo,
  createContainer,
  listContainers,
  removeContainer,
  startContainer,
  tryToRemove,
} from '../container/container.ts';
import { readSettings, type ContainerSettings } from '../container/container-settings.ts';
import { LABEL } from '../labels.ts';
import { EXIT_LATE, INSTALL_SECONDS_MAX } from './guarded-command.ts';
import { installOptions, type Step, type StepHost, type StepPlace } from './install-options.ts';

export interface InstallerDeps extends StepHost {
  readonly client: DockerClient;
  readonly config: Config['sandbox'];
  /** The home's real path. */
  readonly home: string;
  readonly operator: Owner;
  readonly seccompPath: string;
}

const NOT_ITS_OWN = "an agent in it could not write into this machine's folder";
const LINE_CHARS_MAX = 500;
/** Begins what stands in place of an execution's id in names and labels. */
const INSTALLATION = 'install-';

/**
 * Installs what an agent's own package.json or pyproject.toml asks for into its workspace, as the agent's user, in a
 * container that has a network. npm's packages run nothing in it unless `scripts` lets them; Poetry builds what has no
 * wheel, which runs the package's own code.
 * Rejects with `nothing_to_install`, `install_failed` and what the engine and the workspace reject with.
 */
export async function install(deps: InstallerDeps, request: InstallRequest, signal: AbortSignal): Promise<Installed> {
  const settings = await readSettings(deps, signal);
  if (settings.facts.shiftsUsers)
    throw new BpError('sandbox_mounts', `the engine shifts user ids (${settings.facts.shiftsUsers}): ${NOT_ITS_OWN}`, {
      hint: 'install with an engine that does not',
    });
  const paths = workspacePaths(deps.home, workspaceFolder(request.agentId));
  const user = agentUser(deps, request.agentNumber);
  const executionId = `${INSTALLATION}${request.agentNumber}`;
  const owner = deps.operator.uid === 0 ? user : undefined;
  await removeEarlier(deps, signal);
  await makeWorkspace(paths);
  await fillWorkspace(paths, { files: request.files, handshake: undefined, owner, stagingName: executionId });
  const has = (name: string) => existsSync(join(paths.root, name));
  const steps = [
    ...(has('package.json') ? [npmStep(has('package-lock.json'), request)] : []),
    ...(has('pyproject.toml') ? [POETRY_STEP] : []),
  ];
  if (steps.length === 0)
    throw new BpError('nothing_to_install', `${request.agentId} has neither package.json nor pyproject.toml`, {
      hint: 'bring one with bp-agents bootstrap --from',
    });
  for (const step of steps)
    await run(deps, settings, { request, user, executionId, workspace: paths.root, step }, signal);
  return { commands: steps.map(({ told }) => told), size: (await measureWorkspace(paths.root)) ?? null };
}

/** What earlier ones left that were cut off, of whatever agent: nobody else installs in this home now. */
async function removeEarlier({ client, homeLabel }: InstallerDeps, signal: AbortSignal): Promise<void> {
  for (const { Id, Labels } of await listContainers(client, { homeLabel }, signal))
    if (Labels[LABEL.execution]?.startsWith(INSTALLATION))
      await removeContainer(client, client.docker.getContainer(Id));
}

const POETRY_STEP: Step = {
  told: 'poetry install --only main',
  command: ['poetry', 'install', '--only', 'main', '--no-root', '--no-interaction', '--no-ansi'],
};

function npmStep(isLocked: boolean, { scripts }: InstallRequest): Step {
  const words = [isLocked ? 'ci' : 'install', '--omit=dev', ...(scripts ? [] : ['--ignore-scripts'])];
  // The agent's own .npmrc could name another program for git, and git's addresses are not for agents to choose.
  const quiet = ['--git=/bin/false', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier'];
  return {
    told: `npm ${words.join(' ')}`,
    command: ['npm', ...words, ...quiet],
  };
}

async function run(
  deps: InstallerDeps,
  settings: ContainerSettings,
  place: StepPlace,
  signal: AbortSignal,
): Promise<void> {
  const { client } = deps;
  const { request, step } = place;
  request.onLine(step.told);
  const container = await createContainer(client, installOptions(settings, deps, place));
  try {
    // What is installed lives as long as this connection.
    const lines = lineReader(request.onLine);
    const attachment = await attachTo(client, container, lines, signal);
    attachment.listen({ received: lines, drained: () => undefined, closed: () => undefined });
    await startContainer(client, container, signal);
    // As long as it takes: the operator watches.
    const { StatusCode: status } = (await container.wait({ abortSignal: signal })) as { StatusCode: number };
    if (status === EXIT_LATE)
      throw new BpError('install_failed', `${step.told} took longer than ${INSTALL_SECONDS_MAX / 60} minutes`, {
        hint: 'see what it printed: it may wait for a network that is not there',
      });
    if (status !== 0)
      throw new BpError('install_failed', `${step.told} failed with status ${status}`, {
        hint: request.scripts ? 'see what it printed' : 'a package that must build something needs --scripts',
      });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    await tryToRemove(client, container);
  }
}

/** Hands on each line as it is complete. What it is given is data: whoever shows it makes it harmless. */
function lineReader(onLine: (line: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_CHARS_MAX);
    for (const line of lines) onLine(line.slice(0, LINE_CHARS_MAX));
  };
}
