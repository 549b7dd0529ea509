import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDockerClient } from '../../../src/sandbox/docker/client/docker-client.ts';
import { leftoverFinding, socketFinding } from '../../../src/sandbox/docker/examine/leftover-findings.ts';
import { quotaFinding } from '../../../src/sandbox/content/quota-finding.ts';
import { makeSocketDirectory, socketRoot, type SocketPlace } from '../../../src/sandbox/docker/sockets.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

let directory: string;
let place: SocketPlace;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-left-'));
  // Not root's, so that a directory of the test's own can be the place.
  place = { uid: process.getuid!() || 4711, userRuntimeDirectory: directory, homeLabel: '0123456789abcdef' };
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const IDLE = { isRunning: false };
const NEVER = new AbortController().signal;

describe('the finding about sockets', () => {
  it('is in order where they can be made, and makes nothing', async () => {
    expect(await socketFinding(place, IDLE)).toMatchObject({ name: 'sockets', ok: true });
    expect(existsSync(join(directory, 'bp-agents'))).toBe(false);
  });

  it.each([
    [
      'a place whose name would be cut by the kernel',
      () => ({ ...place, userRuntimeDirectory: `/tmp/${'x'.repeat(60)}` }),
      /107/,
    ],
    [
      'a place that can not be made',
      () => ({ ...place, userRuntimeDirectory: join(directory, 'none') }),
      /can't be made/,
    ],
    [
      'a link where the place should be',
      () => {
        symlinkSync('/tmp', join(directory, 'bp-agents'));
        return place;
      },
      /not a directory of this user/,
    ],
  ])('names %s and how to mend it', async (_what, where, says) => {
    const finding = await socketFinding(where(), IDLE);
    expect(finding).toMatchObject({ ok: false, detail: expect.stringMatching(says) as string });
    expect(finding.mend).toMatch(/\w/);
  });

  it('counts what an earlier run left, and takes it for no fault while a run is going on', async () => {
    // As root the place is fixed; there, another home's name makes it the test's own.
    const own = { ...place, uid: process.getuid!(), homeLabel: `test${process.pid}` };
    await makeSocketDirectory(own, 'exe_3');
    await makeSocketDirectory(own, 'exe_4');
    try {
      expect(await socketFinding(own, IDLE)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/^2 of an earlier run/) as string,
      });
      expect(await socketFinding(own, { isRunning: true })).toMatchObject({ ok: true });
    } finally {
      rmSync(socketRoot(own).root, { recursive: true });
    }
  });
});

describe('the finding about leftovers', () => {
  const engineWith = (count: number) =>
    createDockerClient({ listContainers: () => Promise.resolve(new Array(count)) } as never, fakeClock());
  const find = (count: number, isRunning: boolean) =>
    leftoverFinding({ client: engineWith(count), home: directory, homeLabel: place.homeLabel, isRunning }, NEVER);

  it('counts containers and reports while no run is going on', async () => {
    expect(await find(0, false)).toEqual({ name: 'leftovers', ok: true, detail: 'none' });
    mkdirSync(join(directory, '.bp-agents', 'executions', 'exe_1'), { recursive: true });
    expect(await find(2, false)).toEqual({
      name: 'leftovers',
      ok: false,
      detail: '2 containers and 1 report of an earlier run',
      mend: 'the next bp-agents run settles or removes them',
    });
    expect(await find(2, true)).toMatchObject({ ok: true });
  });

  it('counts workspaces that an earlier run left mounted', async () => {
    mkdirSync(join(directory, '.bp-agents', 'volumes', 'agent-a'), { recursive: true });
    expect(await find(0, false)).toMatchObject({
      ok: false,
      detail: '0 containers and 1 mounted workspace of an earlier run',
    });
  });
});

describe('the finding about quota', () => {
  it('names what stands in the way of a filesystem for each workspace, which is no fault', async () => {
    const detail = async (uid: number, wanted: 'auto' | 'watch' = 'auto') => {
      const finding = await quotaFinding({ uid, searchPath: `:/none:${directory}`, wanted });
      expect(finding).toMatchObject({ name: 'quota', ok: true });
      return finding.detail;
    };
    expect(await detail(1000)).toContain('only watched (it takes root)');
    expect(await detail(0, 'watch')).toContain('only watched (sandbox.workspace_quota is watch)');
    expect(await detail(0)).toContain('only watched (mke2fs is not installed)');
    for (const program of ['mke2fs', 'mount', 'umount', 'losetup', 'cp', 'find', 'sync', 'fallocate', 'fstrim']) {
      writeFileSync(join(directory, program), '');
      chmodSync(join(directory, program), 0o755);
    }
    expect(await detail(0)).not.toContain('installed');
  });
});
