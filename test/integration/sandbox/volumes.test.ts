import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from '../../../src/platform/logger.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { Volumes } from '../../../src/sandbox/content/volumes.ts';
import { mountedBelow } from '../../helpers/mounted.ts';
import { needsRoot } from '../../helpers/needs.ts';
import { openSmallDisk, type SmallDisk } from '../../helpers/small-disk.ts';

const MB = 1_048_576;
const CONFIG = {
  workspace_mb: 64,
  workspace_files_max: 200,
  workspace_quota: 'auto',
  workspaces_mounted_max: 8,
} as const;
const ignore = () => undefined;
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
/** More than it takes for an idle workspace to keep its room; a device in a file takes none of it. */
const AMPLE_MB = 9 * 1024;

let disk: SmallDisk;
let volumes: Volumes;

// Only as root on Linux is a workspace a filesystem in a file.
beforeEach((context) => {
  needsRoot(context, 'mount a disk of its own');
  disk = openSmallDisk(AMPLE_MB);
  const deps = { uid: 0, searchPath: process.env['PATH']!, clock: systemClock(), logger: SILENT };
  volumes = new Volumes({ home: disk.path, config: CONFIG, ...deps });
  context.onTestFinished(async () => {
    vi.unstubAllEnvs();
    disk.free();
    await volumes.putBack(() => false);
    expect(mountedBelow(disk.path)).toEqual([]);
    disk.close();
  });
});

/** What the image of an agent takes of the disk. */
function takenBy(folder: string): number {
  return statSync(join(disk.path, '.bp-agents', 'volumes', folder, 'image')).blocks * 512;
}

async function execute(executionId: string, folder: string): Promise<void> {
  const { paths } = await volumes.acquire(executionId, folder);
  writeFileSync(join(paths.root, 'note'), executionId);
  await volumes.release(executionId);
}

describe('the room of a workspace that nobody uses', () => {
  it('stays its own while the disk has ample room, so that its next execution costs nothing', async () => {
    await execute('exe_1', 'agent-a');
    expect(takenBy('agent-a')).toBeGreaterThan(CONFIG.workspace_mb * MB);
  });

  it('is given back once the disk has less, whoever ends then', async () => {
    await execute('exe_1', 'agent-a');
    await volumes.acquire('exe_2', 'agent-b');
    disk.fill();
    await volumes.release('exe_2');
    expect(takenBy('agent-a')).toBeLessThan(16 * MB);
    expect(takenBy('agent-b')).toBeLessThan(16 * MB);
  });

  it('is there for who is to run when others have filled the disk', async () => {
    await execute('exe_1', 'agent-a');
    await execute('exe_2', 'agent-b');
    disk.fill();
    await execute('exe_3', 'agent-c');
    expect(readFileSync(join(disk.path, 'workspaces', 'agent-c', 'note'), 'utf8')).toBe('exe_3');
  });

  it('is there for files that are put back', async () => {
    const { paths } = await volumes.acquire('exe_1', 'agent-a');
    writeFileSync(join(paths.root, 'large'), Buffer.alloc(40 * MB, 1));
    await volumes.release('exe_1');
    await execute('exe_2', 'agent-b');
    disk.fill();
    await volumes.putBack(() => false);
    expect(existsSync(join(disk.path, '.bp-agents', 'volumes'))).toBe(false);
    expect(statSync(join(disk.path, 'workspaces', 'agent-a', 'large')).size).toBe(40 * MB);
  });

  it('may be kept by a machine that can not give it back: the files are put back all the same', async () => {
    const tools = mkdtempSync(join(tmpdir(), 'bp-tools-'));
    try {
      await execute('exe_1', 'agent-a');
      writeFileSync(join(tools, 'fstrim'), '#!/bin/sh\necho "the discard operation is not supported" >&2\nexit 1\n');
      chmodSync(join(tools, 'fstrim'), 0o755);
      vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH']!}`);
      await volumes.putBack(() => false);
      expect(existsSync(join(disk.path, '.bp-agents', 'volumes'))).toBe(false);
    } finally {
      rmSync(tools, { recursive: true });
    }
  });
});
