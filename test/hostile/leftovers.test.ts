import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { dockerCli, IS_SHIPPED } from '../helpers/engine-under-test.ts';
import { engine } from '../helpers/supervised.ts';
import { hostileHome, type HostileHome } from '../helpers/hostile-home.ts';
import { exitOf, until } from '../helpers/program.ts';

// A run is killed in the middle of an execution that does what it can to stay; then another run comes and goes.

const STAYING = `
import os, signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        while True: time.sleep(1)
os.mkfifo("pipe")
while True:
    until = time.process_time() + 0.1
    while time.process_time() < until: pass
    time.sleep(0.9)
`;
const VOLUMES = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}';
const DECOY = 'f'.repeat(16);
const DECOY_VOLUME = `decoy-of-another-home-${process.pid}`;

let home: HostileHome;
/** Of the container that was running, by its mounts: Podman keeps no label of one without a name. */
let volumesBefore: readonly string[];
let decoy: string;
let decoyWorkspace: string;

beforeAll(async () => {
  // It spends its CPU time in some 20 s, and in more where the machine has other work: the next run meets it still running.
  home = hostileHome();
  await home.bring('staying', { 'main.py': STAYING });
  const first = home.start('run', '--headless');
  await until(
    () => home.json<{ state: string }[]>('executions'),
    ([execution]) => execution?.state === 'running',
  );
  first.kill('SIGKILL');
  await exitOf(first);
  // As if it and another one had been in their preparation.
  mkdirSync(join(home.directory, 'workspaces', '.staging'), { recursive: true });
  for (const name of ['exe_1.9', 'exe_2.0'])
    writeFileSync(join(home.directory, 'workspaces', '.staging', name), 'half a file');

  // What another economy, and nobody's economy, have on this machine.
  decoyWorkspace = join(home.directory, 'workspaces', 'agent-somebody');
  mkdirSync(decoyWorkspace);
  const docker = await engine();
  const { image } = configSchema.parse({}).sandbox;
  const labels = { 'bp-agents.home': DECOY, 'bp-agents.execution': 'exe_1', 'bp-agents.agent': 'staying' };
  await docker.createVolume({ Name: DECOY_VOLUME, Labels: labels });
  const container = await docker.createContainer({ Image: image, Labels: labels });
  decoy = container.id;

  // The report's, and the agent's own where its workspace is one.
  const running = containers(label());
  volumesBefore = running.flatMap((id) => listed('inspect', '--format', VOLUMES, id));
  expect([running.length, volumesBefore.length]).toEqual([1, IS_SHIPPED ? 2 : 1]);
  expect(await home.run('run', '--headless', '--cycles', '2')).toMatchObject({ status: 0 });
});
afterAll(async () => {
  home.close();
  const docker = await engine();
  await docker.getContainer(decoy).remove({ force: true });
  await docker.getVolume(DECOY_VOLUME).remove();
});

function label(): string {
  return createHash('sha256').update(realpathSync(home.directory)).digest('hex').slice(0, 16);
}

function containers(of: string): readonly string[] {
  return listed('ps', '--all', '--no-trunc', '--quiet', '--filter', `label=bp-agents.home=${of}`);
}

function volumes(of: string): readonly string[] {
  return listed('volume', 'ls', '--quiet', '--filter', `label=bp-agents.home=${of}`);
}

function listed(...args: readonly string[]): readonly string[] {
  return dockerCli(...args)
    .split('\n')
    .filter((name) => name !== '');
}

describe('leftovers', () => {
  it('container: none of this home is left, running or ended', () => {
    expect(containers(label())).toEqual([]);
  });

  it('processes: nothing that the agent started is left on the machine', () => {
    const table = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(table).not.toContain(`bp-agents-${label()}`);
  });

  it('volumes: none of this home is left, with a report or without', () => {
    // A workspace that is one stays as long as its agent, for the next time.
    const own = IS_SHIPPED ? [expect.any(String)] : [];
    expect(volumes(label())).toEqual(own);
    const all = listed('volume', 'ls', '--quiet');
    expect(volumesBefore.filter((name) => all.includes(name))).toEqual(own);
  });

  it('temporary files: nothing half-written and no report is left', () => {
    expect(readdirSync(join(home.directory, 'workspaces', '.staging'))).toEqual([]);
    const state = join(home.directory, '.bp-agents', 'executions');
    expect(existsSync(state) ? readdirSync(state) : []).toEqual([]);
  });

  it('mounts and groups: no mount and no control group of this home is left', () => {
    const mounts = execFileSync('cat', ['/proc/self/mountinfo'], { encoding: 'utf8' });
    expect(mounts).not.toContain(home.directory);
    const groups = execFileSync('find', ['/sys/fs/cgroup', '-maxdepth', '4', '-name', `*${label()}*`], {
      encoding: 'utf8',
    });
    expect(groups).toBe('');
  });

  it('settled: the execution is settled once, as the fault of its agent, and the ledger is sound', async () => {
    const [execution, ...more] = await home.json<{ outcome: string }[]>('executions');
    expect([execution?.outcome, more.length]).toEqual(['cpu_exceeded', 0]);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it("decoys: another home's container and volume, and a folder of nobody, are still there", () => {
    expect(containers(DECOY)).toEqual([decoy]);
    expect(volumes(DECOY)).toContain(DECOY_VOLUME);
    expect(existsSync(decoyWorkspace)).toBe(true);
  });
});
