import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { createDockerSandbox } from '../../src/sandbox/docker/docker-sandbox.ts';
import { connectEngine, type EngineAddress } from '../../src/sandbox/docker/client/engine-address.ts';
import { ENOUGH, NEVER, openTestHome, python, SECCOMP, type TestHome } from '../helpers/docker-sandbox.ts';

let home: TestHome | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

describe('the check of the sandbox', () => {
  it('tells what it found, having run an agent, and leaves nothing', async () => {
    home = await openTestHome();
    const warnings = await home.sandbox.check(NEVER);
    await home.sandbox.ping(NEVER);
    expect(await home.containers()).toEqual([]);
    const left = process.getuid!() === 0 ? [] : ['.staging'];
    expect(readdirSync(join(home.path, 'workspaces'))).toEqual(left);
    expect(existsSync(join(home.path, '.bp-agents', 'volumes'))).toBe(false);
    expect(existsSync(join(home.path, '.bp-agents', 'logs'))).toBe(false);
    expect(await home.sandbox.check(NEVER)).toEqual(warnings);
  });

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
    const address: EngineAddress = {
      url: `unix://${socket}`,
      source: 'DOCKER_HOST',
      connection: { kind: 'socket', path: socket },
    };
    const nothing = () => undefined;
    const sandbox = createDockerSandbox({
      docker: connectEngine(address),
      address,
      home: path,
      config: configSchema.parse({}).sandbox,
      clock: systemClock(),
      random: systemRandomness(),
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      uid: process.getuid!(),
      gid: process.getgid!(),
      searchPath: process.env['PATH'] ?? '',
      seccompPath: SECCOMP,
    });
    const unreachable = { code: 'sandbox_engine_unreachable', message: expect.stringContaining('ENOENT') as string };
    await expect(sandbox.check(NEVER)).rejects.toMatchObject(unreachable);
    await expect(sandbox.ping(NEVER)).rejects.toMatchObject(unreachable);
    await expect(sandbox.sweep(new Set(), NEVER)).rejects.toMatchObject(unreachable);
    rmSync(path, { recursive: true });
  });
});
