import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mountedBelow } from '../helpers/mounted.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

let place: ProgramHome;

afterEach(() => {
  place.close();
});

const WRITES_LATE = `
import time
open("early", "w").write("early")
time.sleep(4)
open("late", "w").write("late")
`;

describe('after a run that was killed', () => {
  it('any command finds the files of agents in their folders, and nothing mounted once no container has them', async () => {
    place = programHome(['market.cycle_seconds=1']);
    const folder = place.agentFolder('late', { 'main.py': WRITES_LATE });
    const bundle = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
    await place.within('bootstrap', '--id', 'late', '--from', folder, '--bundle', bundle);
    const market = place.start('run', '--headless');
    const workspace = join(place.directory, 'workspaces', 'agent-late');
    const isThere = (name: string) => Promise.resolve(existsSync(join(workspace, name)));
    await until(() => isThere('early'), Boolean);
    market.kill('SIGKILL');
    await exitOf(market);

    // The container goes on, and what it writes still counts.
    expect(await place.run('status')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(workspace, 'early'), 'utf8')).toBe('early');
    await until(
      () => Promise.resolve(runningContainersOf(place)),
      (names) => names === '',
    );
    // A kernel with much to do still holds the folder for a moment after the container's last process.
    await until(
      async () => {
        expect(await place.run('agents')).toMatchObject({ status: 0, stderr: '' });
        return mountedBelow(place.directory);
      },
      (mounted) => mounted.length === 0,
    );
    expect(existsSync(join(place.directory, '.bp-agents', 'volumes'))).toBe(false);
    expect(readFileSync(join(workspace, 'late'), 'utf8')).toBe('late');

    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    // From the report, which outlives the run.
    expect(await place.json('executions')).toMatchObject([{ outcome: 'completed' }]);
    expect(await place.json('bids')).toMatchObject([{ id: 'bid_1', status: 'won' }]);
    expect(mountedBelow(place.directory)).toEqual([]);
    expect(await place.json('audit')).toMatchObject({ ok: true });
  });
});

/** Those that carry this home's label. */
function runningContainersOf({ directory }: ProgramHome): string {
  const label = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 16);
  const filter = `label=bp-agents.home=${label}`;
  return execFileSync('docker', ['ps', '--quiet', '--filter', filter], { encoding: 'utf8' });
}
