import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/system-clock.ts';
import {
  dockerSandbox,
  ENOUGH,
  NEVER,
  openTestHome,
  python,
  reachEngine,
  type TestHome,
} from '../helpers/docker-sandbox.ts';

let home: TestHome | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

const NETWORK = {
  code: 'sandbox_probe',
  message: expect.stringMatching(/a network although none is asked for: .*eth0/) as string,
};

function giveNetwork({ docker }: TestHome): void {
  changeContainers(docker, (options) => ({
    ...options,
    NetworkDisabled: false,
    HostConfig: { ...options.HostConfig, NetworkMode: 'bridge' },
  }));
}

function hideFolders({ docker }: TestHome): void {
  const unseen = (mount: MountSettings) =>
    mount.Type === 'bind' ? { ...mount, Source: `/nowhere${mount.Source}` } : mount;
  changeContainers(docker, (options) => ({
    ...options,
    HostConfig: { ...options.HostConfig, Mounts: options.HostConfig?.Mounts?.map(unseen) },
  }));
}

function changeContainers(docker: Docker, change: (options: ContainerCreateOptions) => ContainerCreateOptions): void {
  const create = docker.createContainer.bind(docker);
  docker.createContainer = ((options: ContainerCreateOptions) => create(change(options))) as typeof create;
}

async function runsThere(home: TestHome): Promise<void> {
  const { end } = await home.run({ executionId: 'exe_1', files: python('open("made", "w").write("there")') });
  expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
  expect(readFileSync(join(home.workspace(), 'made'), 'utf8')).toBe('there');
}

describe('the check of the sandbox', () => {
  it('names an image that is not there, and what would make it', async () => {
    home = await openTestHome({ image: 'bp-agents-no-such-image:latest' });
    const missing = { code: 'sandbox_image_missing', hint: 'build it with `bp-agents image`' };
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject(missing);
    const prepared = home.prepare({ executionId: 'exe_1', bundle: ENOUGH, files: python('pass\n') });
    await expect(prepared).rejects.toMatchObject(missing);
  });

  it('refuses an engine that gives a container a network all the same', async () => {
    home = await openTestHome();
    giveNetwork(home);
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject(NETWORK);
  });

  it('that goes on aside lets nothing begin that was prepared meanwhile where the engine fails it', async () => {
    home = await openTestHome();
    giveNetwork(home);
    const trials: Promise<unknown>[] = [];
    expect(await home.sandbox.check(NEVER, undefined, (trial) => trials.push(trial))).toEqual([]);
    const prepared = home.prepare({ executionId: 'exe_1', files: python('print("ran")\n') });
    await expect(prepared).rejects.toMatchObject(NETWORK);
    expect(trials).toHaveLength(1);
    await expect(trials[0]).rejects.toMatchObject(NETWORK);
    expect(await home.containers()).toEqual([]);
  });

  it('has workspaces shipped where the engine sees no folder of this machine', async () => {
    home = await openTestHome();
    hideFolders(home);
    expect(await home.sandbox.check(NEVER)).toContainEqual(expect.stringContaining('volumes of the engine'));
    await runsThere(home);
  });

  it('that goes on aside has what was prepared meanwhile shipped, too', async () => {
    home = await openTestHome();
    hideFolders(home);
    const trials: Promise<readonly string[]>[] = [];
    await home.sandbox.check(NEVER, undefined, (trial) => trials.push(trial));
    await runsThere(home);
    expect(await trials[0]).toContainEqual(expect.stringContaining('volumes of the engine'));
  });

  it.each([
    [['Memory', 'MemorySwap'], 'memory is not limited', ['memory']],
    [['Memory', 'MemorySwap', 'PidsLimit'], 'CPU time is only watched', ['memory', 'processes', 'cpu']],
  ] as const)('finds out an engine that does not hold what it says: without %j', async (without, says, limits) => {
    home = await openTestHome();
    dropLimits(home, without);
    const refused = {
      code: 'sandbox_unheld',
      message: expect.stringContaining(says) as string,
      hint: expect.stringContaining(`sandbox.accept_unheld: [${limits.join(', ')}]`) as string,
    };
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject(refused);
    const request = { executionId: 'exe_1', bundle: ENOUGH, files: python('print("ran")\n') };
    await expect(home.prepare(request)).rejects.toMatchObject(refused);
    expect(await home.containers()).toEqual([]);
  });

  it('takes an engine that holds less than it says where that is accepted, and tells what each execution lacks', async () => {
    home = await openTestHome({ accept_unheld: ['cpu', 'memory', 'processes'] });
    dropLimits(home, ['Memory', 'MemorySwap', 'PidsLimit']);
    const warnings = await home.sandbox.check(NEVER);
    expect(warnings).toContainEqual(expect.stringContaining('memory is not limited'));
    const execution = await home.prepare({ executionId: 'exe_1', files: python('print("ran")\n') });
    expect(execution.unheld).toEqual(['memory', 'processes', 'cpu']);
    await execution.go();
    expect((await execution.ended).usage).toMatchObject({ memoryPeakBytes: null, cpuMs: expect.any(Number) as number });
  });

  it('names a runtime that the engine does not have', async () => {
    home = await openTestHome({ runtime: 'no-such-runtime' });
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject({
      code: 'sandbox_runtime',
      message: expect.stringContaining('no runtime no-such-runtime') as string,
    });
  });

  it('says so where no engine answers', async () => {
    const path = mkdtempSync(join(tmpdir(), 'bp-check-'));
    const socket = join(path, 'docker.sock');
    const clock = systemClock();
    const nothing = () => undefined;
    const sandbox = dockerSandbox({
      ...{ connection: await reachEngine(clock, `unix://${socket}`), home: path, settings: {}, clock },
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    });
    const unreachable = { code: 'sandbox_engine_unreachable', message: expect.stringContaining('ENOENT') as string };
    await expect(sandbox.check(NEVER)).rejects.toMatchObject(unreachable);
    await expect(sandbox.ping(NEVER)).rejects.toMatchObject(unreachable);
    await expect(sandbox.sweep(new Set(), NEVER)).rejects.toMatchObject(unreachable);
    rmSync(path, { recursive: true });
  });
});

/** From now on its engine makes containers without these limits, and still claims to have them. */
function dropLimits({ docker }: TestHome, names: readonly string[]): void {
  const create = docker.createContainer.bind(docker);
  docker.createContainer = ((options: ContainerCreateOptions) => {
    const kept = Object.entries(options.HostConfig ?? {}).filter(([name]) => !names.includes(name));
    return create({ ...options, HostConfig: Object.fromEntries(kept) });
  }) as typeof docker.createContainer;
}
