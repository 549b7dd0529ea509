import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { Landing } from '../../../src/sandbox/content/shipped/landing.ts';
import { ShippedWorkspaces, type EngineVolumes } from '../../../src/sandbox/content/shipped/shipped-workspaces.ts';
import { scriptedStream } from '../../helpers/scripted-porter.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bp-shipped-'));
  mkdirSync(join(home, 'workspaces', 'agent-a'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** An engine that takes a moment over everything, and what it holds. */
function engine() {
  const held = new Set<string>();
  const moment = () => new Promise((resolve) => setImmediate(resolve));
  const volumes: EngineVolumes = {
    nameOf: (folder) => folder,
    ensure: (folder) => moment().then(() => void held.add(folder)),
    remove: (folder) => moment().then(() => void held.delete(folder)),
    folders: () => moment().then(() => [...held]),
  };
  return { held, volumes };
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

function workspacesOn(volumes: EngineVolumes, mounted = 64): ShippedWorkspaces {
  const config = { workspaces_mounted_max: mounted };
  return new ShippedWorkspaces({ home, config, volumes, clock: systemClock(), logger: silent });
}

/** As both sides are once an execution's workspace has come home. */
function settle(folder: string): void {
  const state = join(home, '.bp-agents', 'shipments');
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, `${folder}.json`), JSON.stringify({ version: 1, settled: true, entries: [] }));
}

describe('shipped workspaces', () => {
  it('lose no volume that the next execution of the agent has by now', async () => {
    const { held, volumes } = engine();
    const workspaces = workspacesOn(volumes);
    await workspaces.acquire('exe_1', 'agent-a');
    await Promise.all([workspaces.release('exe_1'), workspaces.acquire('exe_2', 'agent-a')]);
    expect([...held]).toEqual(['agent-a']);
    await workspaces.release('exe_2');
    expect([...held]).toEqual([]);
  });

  it('keep as many volumes as they may, and put away first what waits the longest', async () => {
    const { held, volumes } = engine();
    const workspaces = workspacesOn(volumes, 2);
    for (const [number, name] of ['agent-a', 'agent-b', 'agent-c'].entries()) {
      await workspaces.acquire(`exe_${number}`, name);
      settle(name);
      await workspaces.release(`exe_${number}`);
    }
    await workspaces.acquire('exe_9', 'agent-d');
    expect([...held].sort()).toEqual(['agent-c', 'agent-d']);
  });

  it('make what was promised before anything else is brought home', async () => {
    const { volumes } = engine();
    const workspaces = workspacesOn(volumes);
    const place = await workspaces.acquire('exe_1', 'agent-a');
    const landing = new Landing(join(home, 'workspaces', '.staging'), 'agent-a');
    await landing.open();
    writeFileSync(landing.file(0), 'promised');
    const rest = { mode: 0o644, size: 0, diskBytes: 0, stamp: '1:1', modifiedNs: 0n, target: '' };
    await landing.commit({ removed: [], folders: [], links: [], files: [{ path: 'x', kind: 'file', ...rest }] });
    const reach = () => Promise.resolve({ stream: scriptedStream().stream, close: () => Promise.resolve() });
    const collecting = place.collect({ bytes: 1000, files: 10 }, reach, new AbortController().signal);
    await expect(collecting).rejects.toMatchObject({ code: 'sandbox_content' });
    expect(readFileSync(join(home, 'workspaces', 'agent-a', 'x'), 'utf8')).toBe('promised');
    expect(existsSync(landing.file(0))).toBe(false);
  });
});
