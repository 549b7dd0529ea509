import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { configSchema, type Config } from '../../src/config/schema.ts';
import type { Bundle } from '../../src/domain/resources.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { createDockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import { findEngine, type EngineAddress } from '../../src/sandbox/docker/client/engine-address.ts';
import { connectEngine, type EngineConnection } from '../../src/sandbox/docker/client/engine-connection.ts';
import { homeLabelOf, LABEL } from '../../src/sandbox/docker/labels.ts';
import { ACCEPTED, IS_SHIPPED } from './engine-under-test.ts';
import type { ExecutionEnd, ExecutionRequest, PreparedExecution, Sandbox } from '../../src/sandbox/sandbox.ts';

/** A home of its own with a sandbox on this machine's engine. */
export interface TestHome {
  readonly path: string;
  readonly docker: Docker;
  readonly address: EngineAddress;
  readonly sandbox: Sandbox;
  /** Everything that was logged as a warning or worse. */
  readonly complaints: readonly string[];
  /** Another sandbox of the same home, as a restarted program has it; `prepare` and `run` are its from now on. */
  reopen(): Sandbox;
  /** Makes an execution ready. Its agent is `a` unless it is named. */
  prepare(request: Partial<ExecutionRequest> & { readonly executionId: string }): Promise<PreparedExecution>;
  /** Runs one to its end and gives what it printed. */
  run(request: Partial<ExecutionRequest> & { readonly executionId: string }): Promise<Finished>;
  output(executionId: string): string;
  /** Its containers that the engine knows, as the engine tells. */
  containers(): Promise<readonly { readonly executionId: string; readonly isRunning: boolean }[]>;
  workspace(agentId?: string): string;
  /** Removes its containers and its directories. */
  close(): Promise<void>;
}

export interface Finished {
  readonly end: ExecutionEnd;
  readonly output: string;
}

export const NEVER = new AbortController().signal;
const SECCOMP = join(import.meta.dirname, '..', '..', 'runtime', 'seccomp.json');
export const ENOUGH: Bundle = { cpuMs: 10_000, memoryMb: 64, tokens: 0, attention: 0 };

export interface HomeOptions {
  /** Another way to the same engine. */
  readonly dockerHost?: string | undefined;
  /** What that takes besides. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The folder in which the home is made. */
  readonly parent?: string;
  readonly clock?: Clock;
  readonly materials?: Partial<Config['materials']>;
}

export async function openTestHome(
  settings: Partial<Config['sandbox']> = {},
  { dockerHost, environment, parent = tmpdir(), clock = systemClock(), materials }: HomeOptions = {},
): Promise<TestHome> {
  const path = mkdtempSync(join(parent, 'bp-sandbox-'));
  const connection = await reachEngine(clock, dockerHost, environment);
  const { docker, address } = connection;
  const complaints: string[] = [];
  const complain = (_: object, message: string) => void complaints.push(message);
  const logger = { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
  const open = () => dockerSandbox({ connection, home: path, settings, materials, clock, logger });
  const sandbox = open();
  let latest = sandbox;
  const output = (executionId: string) => {
    try {
      return readFileSync(join(path, '.bp-agents', 'logs', 'executions', `${executionId}.log`), 'utf8');
    } catch {
      return '';
    }
  };
  const prepare: TestHome['prepare'] = (request) => latest.prepare({ ...DEFAULTS, ...request }, NEVER);
  return {
    path,
    docker,
    address,
    sandbox,
    complaints,
    reopen: () => (latest = open()),
    prepare,
    async run(request) {
      const execution = await prepare(request);
      await execution.go();
      const end = await execution.ended;
      return { end, output: output(request.executionId) };
    },
    output,
    async containers() {
      const filters = { label: [`${LABEL.home}=${homeLabelOf(realpathSync(path))}`] };
      const found = await docker.listContainers({ all: true, filters });
      return found.map(({ Labels, State }) => ({
        executionId: Labels[LABEL.execution] ?? '',
        isRunning: State === 'running',
      }));
    },
    workspace: (agentId = 'a') => join(path, 'workspaces', `agent-${agentId}`),
    async close() {
      await sandbox.sweep(new Set(), NEVER);
      // Node's own recursion can't remove paths that are too long, which agents leave in plain folders.
      execFileSync('rm', ['-rf', path]);
      // Volumes of workspaces go once there is no agent any more.
      await sandbox.erase(NEVER);
      connection.close();
    },
  };
}

/** The engine that the Docker CLI would use, or the one that is named. */
export async function reachEngine(
  clock: Clock,
  dockerHost?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<EngineConnection> {
  const host = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
  const environment = { ...process.env, ...host, ...more };
  const address = await findEngine({ environment, homeDirectory: homedir() }, { unproven: false });
  return connectEngine(address, { environment, clock });
}

export interface DockerSandboxParts {
  readonly connection: EngineConnection;
  readonly home: string;
  readonly settings: Partial<Config['sandbox']>;
  readonly materials?: Partial<Config['materials']> | undefined;
  readonly packages?: Partial<Config['packages']>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A sandbox as this process's user has it. */
export function dockerSandbox({ settings, materials, packages, ...parts }: DockerSandboxParts): Sandbox {
  const defaults = configSchema.parse({});
  return createDockerSandbox({
    ...parts,
    random: systemRandomness(),
    config: { ...defaults.sandbox, ...asked(), ...settings },
    materials: { ...defaults.materials, ...materials },
    searchPath: process.env['PATH'] ?? '',
    sources: { config: { ...defaults.packages, ...packages }, environment: process.env },
    uid: process.getuid!(),
    gid: process.getgid!(),
    seccompPath: SECCOMP,
  });
}

/** As for the program: whoever runs the tests on an engine that sees no folder here, or holds less, says so. */
function asked(): Partial<Config['sandbox']> {
  return {
    ...(IS_SHIPPED && { workspace_placement: 'shipped' }),
    ...(ACCEPTED.length > 0 && { accept_unheld: [...ACCEPTED] }),
  };
}

const DEFAULTS = {
  agentId: 'a',
  agentNumber: 1,
  bundle: ENOUGH,
  wallMs: 300_000,
  handshake: '{}\n',
  files: [],
  environment: {},
  mounts: [],
};

/** Files of an agent, from their texts. */
export function files(texts: Readonly<Record<string, string>>, executable = false): ExecutionRequest['files'] {
  return Object.entries(texts).map(([path, text]) => ({ path, content: Buffer.from(text), executable }));
}

/** A Python agent. */
export function python(text: string): ExecutionRequest['files'] {
  return files({ 'main.py': text });
}
