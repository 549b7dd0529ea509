import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import type { LifeStory } from '../contract/sandbox/killed-life.ts';
import type { Deed, OpenOptions, SandboxAtWork, SandboxUnderTest } from '../contract/sandbox/sandbox-at-work.ts';
import { compiled } from './compiled.ts';
import { ENOUGH, openTestHome, python, type TestHome } from './docker-sandbox.ts';
import { layWire } from './wire.ts';

export interface DockerUnderTest {
  /** Where the engine answers, where it isn't the one that the Docker CLI would use. */
  readonly dockerHost?: string;
  /** How to come to a socket of that engine's machine, where it isn't by its path. */
  readonly way?: (path: string) => Promise<Way>;
  readonly has: Omit<SandboxUnderTest['has'], 'agents'>;
  /** What holds for every home. */
  readonly always?: Partial<Config['sandbox']>;
}

export interface Way {
  /** As `DOCKER_HOST`. */
  readonly address: string;
  /** What has to stand in the environment besides. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly close?: () => void;
}

/** An engine with Docker's API, used as the user of this process. */
export function dockerUnderTest({ dockerHost, way = byPath, has, always }: DockerUnderTest): SandboxUnderTest {
  return {
    open: (settings, options) => open({ dockerHost, way }, { ...always, ...settings }, options),
    has: { ...has, agents: true },
  };
}

const byPath = (path: string): Promise<Way> => Promise.resolve({ address: `unix://${path}`, close: () => undefined });

const DEEDS: Readonly<Record<Deed, string>> = {
  exits: 'raise SystemExit(3)\n',
  stays: `
import os, time
while not os.path.exists("go-on"): time.sleep(0.02)
raise SystemExit(3)
`,
  asks: `
import os, time, urllib.request
for _ in range(3): urllib.request.urlopen("http://127.0.0.1:8080/").read()
open("asked", "w").close()
while not os.path.exists("go-on"): time.sleep(0.02)
raise SystemExit(3)
`,
};

async function open(
  { dockerHost, way }: { readonly dockerHost: string | undefined; readonly way: NonNullable<DockerUnderTest['way']> },
  settings: Partial<Config['sandbox']> = {},
  { hurried = false }: OpenOptions = {},
): Promise<SandboxAtWork> {
  const direct = await openTestHome(settings, { dockerHost });
  await direct.close();
  const { connection } = direct.address;
  if (connection.kind !== 'socket') throw new Error('the stream can be had in hand only of an engine at a socket');
  const wire = await layWire(connection.path);
  const { address, environment, close: leave } = await way(wire.path);
  const home = await openTestHome(settings, {
    ...{ dockerHost: address, environment },
    clock: hurried ? hurriedClock() : systemClock(),
  });
  let { sandbox } = home;
  let startedAt = 0;
  const reaches = settings.workspace_placement === 'shipped' ? inContainer(home, dockerHost) : inFolder(home);
  return {
    get sandbox() {
      return sandbox;
    },
    request: (deed, request) => ({
      ...{ agentId: 'a', agentNumber: 1, bundle: ENOUGH, wallMs: 300_000 },
      ...{ handshake: '{}\n', files: python(DEEDS[deed]), environment: {}, mounts: [] },
      ...request,
    }),
    async hasAsked(agentId) {
      while (!reaches.has(agentId, 'asked')) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    release: (agentId) => reaches.put(agentId, 'go-on'),
    async crash(life, meanwhile) {
      if (life.state === 'running') startedAt = Date.now();
      const story: LifeStory = { ...life, home: home.path, settings, startedAt };
      await killed(story, dockerHost, meanwhile);
      sandbox = home.reopen();
    },
    left: () => home.containers(),
    async close() {
      wire.state = 'whole';
      await home.close();
      leave?.();
      wire.close();
    },
    home: home.path,
    stream: wire,
    complaints: home.complaints,
  };
}

/** Puts files into workspaces, and looks for them, while their agents run. */
interface Reaching {
  has(agentId: string, name: string): boolean;
  put(agentId: string, name: string): void;
}

function inFolder(home: TestHome): Reaching {
  return {
    has: (agentId, name) => existsSync(join(home.workspace(agentId), name)),
    put: (agentId, name) => writeFileSync(join(home.workspace(agentId), name), ''),
  };
}

/** As the agent's user: root may not enter there. */
function inContainer(home: TestHome, dockerHost: string | undefined): Reaching {
  const env = { ...process.env, ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) };
  const docker = (...words: readonly string[]) => execFileSync('docker', words, { env, encoding: 'utf8' }).trim();
  const inside = (agentId: string, ...command: readonly string[]) => {
    const label = `label=bp-agents.home=${homeLabelOf(realpathSync(home.path))}`;
    const [id = ''] = docker('ps', '-q', '--filter', label, '--filter', `label=bp-agents.agent=${agentId}`).split('\n');
    const uid = docker('inspect', '--format', '{{index .Config.Cmd 1}}', id);
    return docker('exec', '--user', `${uid}:${uid}`, id, ...command);
  };
  return {
    has: (agentId, name) => inside(agentId, 'sh', '-c', `! test -e /workspace/${name} || echo there`) === 'there',
    put: (agentId, name) => void inside(agentId, 'touch', `/workspace/${name}`),
  };
}

/** The program that is killed. To be called before the process becomes a user who may not write into this clone. */
export function compileKilledProgram(): Promise<string> {
  return compiled(new URL('crashing-sandbox.ts', import.meta.url));
}

async function killed(
  story: LifeStory,
  dockerHost: string | undefined,
  meanwhile: (() => Promise<void>) | undefined,
): Promise<void> {
  const script = await compileKilledProgram();
  const child = spawn(process.execPath, [script, JSON.stringify(story)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) },
  });
  const closed = once(child, 'close');
  const said = await Promise.race([once(child.stdout, 'data'), closed]).then(String);
  if (said !== `${story.state}\n`) throw new Error(`the program that was to be killed ended: ${said}`);
  await meanwhile?.();
  child.kill('SIGKILL');
  await closed;
}

const PAUSE_MS = [1001, 5000] as const;
const HURRIED_MS = 30;

/** On which the pauses between two attempts to attach are short. */
function hurriedClock(): Clock {
  const clock = systemClock();
  const isPause = (milliseconds: number) => milliseconds >= PAUSE_MS[0] && milliseconds <= PAUSE_MS[1];
  return { ...clock, sleep: (ms, signal) => clock.sleep(isPause(ms) ? HURRIED_MS : ms, signal) };
}
