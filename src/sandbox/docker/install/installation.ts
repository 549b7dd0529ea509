import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import type { Config } from '../../../config/schema.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Installed, InstallRequest } from '../../engine.ts';
import { createDemultiplexer } from '../container/attached-stream.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { containerLabels, containerName } from '../labels.ts';
import { agentUser } from '../../content/agent-user.ts';
import { attachTo, createContainer, startContainer, tryToRemove } from '../container/container.ts';
import { readSettings } from '../container/container-settings.ts';
import type { Owner } from '../../content/safe-directory.ts';
import {
  fillWorkspace,
  makeWorkspace,
  measureWorkspace,
  workspaceFolder,
  workspacePaths,
} from '../../content/workspace.ts';

export interface InstallerDeps {
  readonly client: DockerClient;
  readonly config: Config['sandbox'];
  /** The home's real path, and the name that labels know it by. */
  readonly home: string;
  readonly homeLabel: string;
  readonly operator: Owner;
  readonly seccompPath: string;
  /** The operator's: PATH, by which npm is found, and what its network needs. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const NPM = '/opt/npm';
const CERTIFICATES = '/opt/certificates.pem';
const MEMORY_MB = 2048;
const TMP_MB = 1024;
const PIDS_MAX = 512;
const LINE_CHARS_MAX = 500;
/** What a network may need to be told of. */
const PASSED_ON = /^(https?_proxy|no_proxy|npm_config_registry|pip_index_url)$/i;

/**
 * Installs what an agent's own package.json or pyproject.toml asks for into its workspace, as the agent's user, in a
 * container that has a network. npm's packages run nothing in it unless `scripts` lets them; Poetry builds what has no
 * wheel, which runs the package's own code.
 * Rejects with `nothing_to_install`, `install_failed`, `npm_missing` and what the engine and the workspace reject with.
 */
export async function install(deps: InstallerDeps, request: InstallRequest, signal: AbortSignal): Promise<Installed> {
  const paths = workspacePaths(deps.home, workspaceFolder(request.agentId));
  const user = agentUser(deps, request.agentNumber);
  const executionId = `install-${request.agentNumber}`;
  const owner = deps.operator.uid === 0 ? user : undefined;
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
  for (const step of steps) await run(deps, { request, user, executionId, workspace: paths.root, step }, signal);
  return { commands: steps.map(({ told }) => told), size: (await measureWorkspace(paths.root)) ?? null };
}

interface Step {
  readonly told: string;
  readonly command: readonly string[];
  readonly needsNpm: boolean;
}

const POETRY_STEP: Step = {
  told: 'poetry install --only main',
  command: ['poetry', 'install', '--only', 'main', '--no-root', '--no-interaction', '--no-ansi'],
  needsNpm: false,
};

function npmStep(isLocked: boolean, { scripts }: InstallRequest): Step {
  const words = [isLocked ? 'ci' : 'install', '--omit=dev', ...(scripts ? [] : ['--ignore-scripts'])];
  // The agent's own .npmrc could name another program for git, and git's addresses are not for agents to choose.
  const quiet = ['--git=/bin/false', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier'];
  return {
    told: `npm ${words.join(' ')}`,
    command: ['node', `${NPM}/bin/npm-cli.js`, ...words, ...quiet],
    needsNpm: true,
  };
}

interface StepPlace {
  readonly request: InstallRequest;
  readonly user: Owner;
  readonly executionId: string;
  readonly workspace: string;
  readonly step: Step;
}

async function run(deps: InstallerDeps, place: StepPlace, signal: AbortSignal): Promise<void> {
  const { client } = deps;
  const { request, step } = place;
  request.onLine(step.told);
  // One that was cut off goes on with a network until somebody ends it. Nobody else installs in this home now.
  await tryToRemove(client, client.docker.getContainer(containerName(deps.homeLabel, place.executionId)));
  const container = await createContainer(client, await optionsFor(deps, place, signal));
  try {
    const stream = await attachTo(client, container, { stdin: false }, signal);
    const lines = lineReader(request.onLine);
    const output = createDemultiplexer({ stdout: lines, stderr: lines });
    stream.on('data', (chunk: Uint8Array) => void output.push(chunk));
    stream.on('error', () => undefined);
    await startContainer(client, container, signal);
    // As long as it takes: the operator watches.
    const { StatusCode: status } = (await container.wait({ abortSignal: signal })) as { StatusCode: number };
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

async function optionsFor(
  { client, config, homeLabel, seccompPath, environment }: InstallerDeps,
  { request, user, executionId, workspace, step }: StepPlace,
  signal: AbortSignal,
): Promise<ContainerCreateOptions> {
  const { seccomp } = await readSettings({ client, config, seccompPath }, signal);
  const certificates = environment['NODE_EXTRA_CA_CERTS'] ?? '';
  const given = certificates !== '' && existsSync(certificates);
  const bytes = MEMORY_MB * 1024 * 1024;
  return {
    name: containerName(homeLabel, executionId),
    Image: config.image,
    Labels: containerLabels(homeLabel, executionId, request.agentId),
    Entrypoint: [],
    Cmd: [...step.command],
    User: `${user.uid}:${user.gid}`,
    WorkingDir: '/workspace',
    Env: environmentFor(environment, given),
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'bridge',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
      Memory: bytes,
      MemorySwap: bytes,
      PidsLimit: PIDS_MAX,
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${TMP_MB}m` },
      Mounts: [
        mount(workspace, '/workspace', false),
        ...(step.needsNpm ? [mount(npmDirectory(environment['PATH'] ?? ''), NPM, true)] : []),
        ...(given ? [mount(realpathSync(certificates), CERTIFICATES, true)] : []),
      ],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    },
  };
}

function environmentFor(environment: InstallerDeps['environment'], hasCertificates: boolean): string[] {
  const passed = Object.entries(environment).filter(([name, value]) => PASSED_ON.test(name) && value !== undefined);
  const certificates = hasCertificates ? ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'] : [];
  return [
    ...passed.map(([name, value]) => `${name}=${value}`),
    ...certificates.map((name) => `${name}=${CERTIFICATES}`),
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'HOME=/tmp',
    'LANG=C.UTF-8',
    'npm_config_cache=/tmp/npm',
    'POETRY_CACHE_DIR=/tmp/poetry',
    'POETRY_VIRTUALENVS_IN_PROJECT=true',
    'POETRY_VIRTUALENVS_OPTIONS_ALWAYS_COPY=false',
  ];
}

function mount(source: string, target: string, readOnly: boolean) {
  return { Type: 'bind' as const, Source: source, Target: target, ReadOnly: readOnly };
}

/** The operator's npm: the image has Node alone. Throws `npm_missing`. */
function npmDirectory(searchPath: string): string {
  for (const directory of searchPath.split(delimiter)) {
    const program = join(directory, 'npm');
    if (directory === '' || !existsSync(program)) continue;
    const root = dirname(dirname(realpathSync(program)));
    if (existsSync(join(root, 'bin', 'npm-cli.js'))) return root;
  }
  throw new BpError('npm_missing', 'there is no npm in PATH', { hint: 'install npm' });
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
