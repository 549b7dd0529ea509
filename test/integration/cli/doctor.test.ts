import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { clockFinding } from '../../../src/cli/doctor/clock-finding.ts';
import type { EnginePort } from '../../../src/cli/cli-deps.ts';
import type { ExaminedHome } from '../../../src/sandbox/engine.ts';
import { diskFinding } from '../../../src/platform/disk-finding.ts';
import type { Finding } from '../../../src/platform/finding.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { makeAgent, runningAgent } from '../../helpers/economy.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';

const homes: CliHome[] = [];
const asked: ExaminedHome[] = [];
function homeOf(findings: readonly Finding[] = []): CliHome {
  const engine: EnginePort = {
    ...instantEngine(() => undefined),
    examine: (place) => {
      asked.push(place);
      return Promise.resolve(findings);
    },
  };
  const home = cliHome({ engine });
  homes.push(home);
  return home;
}
afterEach(() => {
  for (const home of homes.splice(0)) home.remove();
  asked.length = 0;
});

interface Report {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

async function finding(home: CliHome, name: string): Promise<Finding | undefined> {
  return (await home.json<Report>('doctor')).findings.find((found) => found.name === name);
}

describe('doctor', () => {
  it('changes nothing where there is nothing, and finds that in order', async () => {
    const home = homeOf();
    expect(await home.json('doctor')).toMatchObject({ ok: true });
    expect(readdirSync(home.directory)).toEqual([]);
    expect(asked).toMatchObject([{ directory: home.directory, isRunning: false }]);
  });

  it('ends with 1 and tells each mend where something is wrong', async () => {
    const wrong = { name: 'seccomp', ok: false, detail: 'none', mend: 'use another kernel' };
    const home = homeOf([wrong]);
    const { exitCode, stdout, stderr } = await home.run('doctor');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toMatch(/seccomp +WRONG +none\n/);
    expect(stdout).toMatch(/\nto mend seccomp: use another kernel\n$/);
    const json = await home.json<Report>('doctor');
    expect(json.ok).toBe(false);
    expect(json.findings).toContainEqual(wrong);
  });

  it('finds a clock that is behind the newest record', async () => {
    const home = homeOf();
    const economy = home.open();
    makeAgent(economy, 'a');
    economy.close();
    expect(await finding(home, 'clock')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('before the newest record (2030-01-01T00:00:00.000Z)') as string,
      mend: expect.stringContaining('timedatectl') as string,
    });
    const clock = systemClock();
    expect(await clockFinding(clock, clock.now() + 2000)).toMatchObject({ ok: true });
    expect(await clockFinding({ ...clock, monotonic: () => 7 }, undefined)).toMatchObject({ ok: false });
  });

  it('leaves a database of an earlier version as it is', async () => {
    const home = homeOf();
    await home.run('init');
    const path = join(home.directory, '.bp-agents', 'economy.db');
    const database = new SqliteDatabase(path);
    database.pragma('user_version = 1');
    database.close();
    expect(await finding(home, 'database')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^of an earlier version/) as string,
    });
    expect(existsSync(join(home.directory, '.bp-agents', 'backups'))).toBe(false);
  });

  it('finds a place of the workspaces that is no folder', async () => {
    const home = homeOf();
    await home.run('init');
    expect(await finding(home, 'workspaces')).toMatchObject({ ok: true });
    rmSync(join(home.directory, 'workspaces'), { recursive: true });
    writeFileSync(join(home.directory, 'workspaces'), '');
    const found = await finding(home, 'workspaces');
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining('is no folder') as string });
    expect(found?.mend).toContain(home.directory);
  });

  it('tells how much room there is, and of executions that an earlier run left', async () => {
    const home = homeOf();
    expect(await finding(home, 'disk')).toMatchObject({
      detail: expect.stringMatching(/^[\d,]+ MB free for/) as string,
    });
    // A filesystem that never has room.
    expect(diskFinding('disk', '/proc/self')).toMatchObject({ ok: false, detail: '0 MB free for /proc/self' });
    const economy = home.open();
    runningAgent(economy, 'a');
    economy.close();
    expect(await finding(home, 'run')).toMatchObject({
      ok: true,
      detail: 'not going on; 1 unsettled of an earlier one, which the next one settles',
    });
  });
});
