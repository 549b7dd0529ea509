import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { setVariables } from '../helpers/surroundings.ts';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

let place: ProgramHome;
let putBack: () => void = () => undefined;
afterEach(() => {
  putBack();
  place.close();
});

const HOME = ['node', 'database', 'run', 'clock', 'workspaces', 'disk'];
const LIMITS = ['memory', 'swap', 'processes', 'cpu', 'workspace_bytes', 'workspace_files', 'sockets', 'tmp_files'];
const ENGINE = [
  ...['engine', 'cgroup', 'users', 'runtime', ...LIMITS.map((name) => `limit_${name}`)],
  ...['seccomp', 'image', 'engine_disk', 'leftovers'],
];
const MACHINE = ['quota', 'materials'];

const doctor = () => place.json<Report>('doctor');
/** The image may be older than `runtime/` where that is being changed. */
const wrong = ({ findings }: Report) =>
  findings.filter(({ name, ok }) => !ok && name !== 'image').map(({ name }) => name);

describe('doctor', () => {
  it('looks at home, engine and machine, finds them in order and changes nothing', async () => {
    place = programHome();
    const report = await doctor();
    expect(report.findings.map(({ name }) => name)).toEqual([...HOME, ...ENGINE, ...MACHINE]);
    expect(wrong(report)).toEqual([]);
    expect(report.ok).toBe(report.findings.every(({ ok }) => ok));
    expect(readdirSync(place.directory)).toEqual([]);
  });

  it('ends with 1 and the mend where DOCKER_HOST leads nowhere', async () => {
    place = programHome();
    putBack = setVariables({ DOCKER_HOST: `unix://${join(place.directory, 'none.sock')}` });
    const { status, stdout, stderr } = await place.run('doctor');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/engine +WRONG +no Docker engine answers \(ENOENT\) at unix:.*\(DOCKER_HOST\)/);
    expect(stdout).toMatch(/to mend engine: .*set DOCKER_HOST to one that answers/);
  });

  it('names a runtime that the engine does not have', async () => {
    place = programHome(['sandbox.runtime=nonsense']);
    expect(wrong(await doctor())).toEqual(['runtime']);
  });

  it('counts what a killed run left, and finds nothing left after the next one', async () => {
    place = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16']);
    const folder = place.agentFolder('slow', { 'main.py': 'import time\ntime.sleep(30)\n' });
    const bundle = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
    await place.within('bootstrap', '--id', 'slow', '--from', folder, '--bundle', bundle);
    const market = place.start('run', '--headless');
    await until(
      () => place.json<{ state: string }[]>('executions'),
      ([execution]) => execution?.state === 'running',
    );
    expect(wrong(await doctor())).toEqual([]);
    market.kill('SIGKILL');
    await exitOf(market);
    const report = await doctor();
    expect(wrong(report)).toEqual(['leftovers']);
    expect(report.findings.find(({ name }) => name === 'leftovers')?.detail).toMatch(/^1 container/);
    await place.within('stop', 'slow');
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    expect(wrong(await doctor())).toEqual([]);
  });
});
