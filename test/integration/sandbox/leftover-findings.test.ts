import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDockerClient } from '../../../src/sandbox/docker/client/docker-client.ts';
import { leftoverFinding } from '../../../src/sandbox/docker/examine/leftover-findings.ts';
import { quotaFinding } from '../../../src/sandbox/content/quota-finding.ts';
import { quotaMissing } from '../../../src/sandbox/content/quota-means.ts';
import { LABEL } from '../../../src/sandbox/docker/labels.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-left-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const HOME = '0123456789abcdef';
const NEVER = new AbortController().signal;

describe('the finding about leftovers', () => {
  const engineWith = (containers: number, volumes: number) =>
    createDockerClient(
      {
        // In the last one packages are being installed now.
        listContainers: () => Promise.resolve([...labelled('exe_1', containers), ...labelled('install-1', 1)]),
        // Of these an engine may also name such as are another's.
        listVolumes: () => Promise.resolve({ Volumes: [{ Name: 'y', Labels: null }, ...reports(volumes)] }),
      } as never,
      fakeClock(),
    );
  const labelled = (id: string, count: number) =>
    Array.from({ length: count }, () => ({ Labels: { [LABEL.execution]: id }, State: 'running' }));
  const reports = (count: number) =>
    Array.from({ length: count }, () => ({ Name: 'x', Labels: { [LABEL.home]: HOME } }));
  const find = (containers: number, isRunning: boolean, volumes = 0) =>
    leftoverFinding({ client: engineWith(containers, volumes), home: directory, homeLabel: HOME, isRunning }, NEVER);

  it('counts containers and reports while no run is going on', async () => {
    expect(await find(0, false)).toEqual({ name: 'leftovers', ok: true, detail: 'none' });
    expect(await find(2, false, 1)).toEqual({
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
      const finding = quotaFinding(await quotaMissing({ uid, searchPath: `:/none:${directory}`, wanted }));
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
