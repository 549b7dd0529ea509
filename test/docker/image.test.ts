import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/system-clock.ts';
import { createDockerClient } from '../../src/sandbox/docker/client/docker-client.ts';
import { ensureImage, imageState, type ImageRequest } from '../../src/sandbox/docker/image/image.ts';
import { compiled } from '../helpers/compiled.ts';
import { until } from '../helpers/program.ts';
import { engine, IMAGE } from '../helpers/supervised.ts';

const RUNTIME = join(import.meta.dirname, '..', '..', 'runtime');

let directory: string;
let request: ImageRequest;
let lines: string[];

const clock = systemClock();

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bp-image-'));
  for (const name of ['Dockerfile', 'bp', 'identity', 'packages', 'sdk', 'supervisor', 'base'])
    cpSync(join(RUNTIME, name), join(directory, name), { recursive: true });
  lines = [];
  request = {
    client: createDockerClient(await engine(), clock),
    clock,
    runtimeDirectory: directory,
    image: `bp-agents-test:${process.pid}`,
    progress: (line) => void lines.push(line),
    signal: new AbortController().signal,
  };
});

afterEach(async () => {
  rmSync(directory, { recursive: true });
  const client = await engine();
  await client
    .getImage(request.image)
    .remove({ force: true })
    .catch((error: unknown) => {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    });
  // A build that failed keeps its stages, so that the next one goes on from there.
  await client.pruneImages({ filters: { dangling: ['true'], label: ['bp-agents.stage'] } });
});

describe('the agent image', () => {
  it('is built where it is missing, kept while it is current, and built again where its sources have changed', async () => {
    expect(await imageState(request)).toBe('missing');
    const first = await ensureImage(request);
    expect(first).toMatchObject({ id: expect.stringMatching(/^sha256:/) as string, built: true });
    expect(lines[0]).toBe(`${request.image} is not there yet: building it`);
    expect(lines.join('\n')).toMatch(/bp-agents-test:\d+ \d+\/\d+: RUN make/);
    expect(await imageState(request)).toBe('current');

    lines.length = 0;
    expect(await ensureImage(request)).toMatchObject({ id: first.id, built: false });
    expect(lines).toEqual([]);

    appendFileSync(join(directory, 'Dockerfile'), '# changed\n');
    expect(await imageState(request)).toBe('stale');
    expect(await ensureImage(request)).toMatchObject({ built: true });
    expect(lines[0]).toMatch(/^bp-agents-test:\d+ was built from other files than this program's runtime\/: building/);
    expect(await imageState(request)).toBe('current');
  });

  it('is current after the set-up', async () => {
    expect(await imageState({ ...request, runtimeDirectory: RUNTIME, image: IMAGE })).toBe('current');
  });

  it('leaves the one before in place when it can not be built, and says why in one line', async () => {
    const before = await ensureImage(request);
    appendFileSync(join(directory, 'supervisor', 'main.c'), '#error "broken on purpose"\n');
    // A base of neither kind could mend it, so making one would only take time.
    writeFileSync(join(directory, 'base', 'fetch.sh'), 'echo "no mirror" >&2\nexit 1\n');
    const failure = ensureImage(request);
    await expect(failure).rejects.toMatchObject({
      code: expect.stringMatching(/^sandbox_image_(build|base)$/) as string,
    });
    await expect(failure).rejects.toThrow(/^[^\n]+$/);
    expect(await imageState(request)).toBe('stale');
    expect(await request.client.docker.getImage(request.image).inspect()).toMatchObject({ Id: before.id });
  });

  it('is not built on by a container of a program that was killed', async () => {
    const step = `sleep 600.${process.pid}`;
    appendFileSync(join(directory, 'Dockerfile'), `RUN ${step}\n`);
    const script = await compiled(new URL('../helpers/crashing-image.ts', import.meta.url));
    const child = spawn(process.execPath, [script, directory, request.image], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const building = async () => {
      const running = await request.client.docker.listContainers();
      return running.some(({ Command }) => Command.includes(step));
    };
    await until(building, (isBuilding) => isBuilding);
    child.kill('SIGKILL');
    await until(building, (isBuilding) => !isBuilding);
  });

  it('can not be built without its sources', async () => {
    rmSync(join(directory, 'supervisor'), { recursive: true });
    await expect(ensureImage(request)).rejects.toMatchObject({ code: 'sandbox_image_source' });
  });

  it('is not asked for where no engine answers', async () => {
    const docker = new Docker({ socketPath: join(directory, 'docker.sock') });
    const nobody = { ...request, client: createDockerClient(docker, clock) };
    await expect(ensureImage(nobody)).rejects.toMatchObject({ code: 'sandbox_engine_unreachable' });
  });

  it('is given up when told to', async () => {
    const controller = new AbortController();
    appendFileSync(join(directory, 'supervisor', 'main.c'), `/* ${Math.random()} */\n`);
    const reason = new Error('enough');
    const work = ensureImage({
      ...request,
      signal: controller.signal,
      progress: (line) => {
        if (line.includes('RUN make')) controller.abort(reason);
      },
    });
    await expect(work).rejects.toBe(reason);
    expect(await imageState(request)).toBe('missing');
  });
});
