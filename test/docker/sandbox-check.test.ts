import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const { docker } = home;
    const create = docker.createContainer.bind(docker);
    docker.createContainer = ((options: ContainerCreateOptions) =>
      create({
        ...options,
        NetworkDisabled: false,
        HostConfig: { ...options.HostConfig, NetworkMode: 'bridge' },
      })) as typeof docker.createContainer;
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject({
      code: 'sandbox_probe',
      message: expect.stringMatching(/a network although none is asked for: .*eth0/) as string,
    });
  });

  it('has workspaces shipped where the engine sees no folder of this machine', async () => {
    home = await openTestHome();
    const { docker } = home;
    const create = docker.createContainer.bind(docker);
    const unseen = (mount: MountSettings) =>
      mount.Type === 'bind' ? { ...mount, Source: `/nowhere${mount.Source}` } : mount;
    docker.createContainer = ((options: ContainerCreateOptions) =>
      create({
        ...options,
        HostConfig: { ...options.HostConfig, Mounts: options.HostConfig?.Mounts?.map(unseen) },
      })) as typeof docker.createContainer;
    expect(await home.sandbox.check(NEVER)).toContainEqual(expect.stringContaining('volumes of the engine'));
    const { end } = await home.run({ executionId: 'exe_1', files: python('open("made", "w").write("there")') });
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(readFileSync(join(home.workspace(), 'made'), 'utf8')).toBe('there');
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
