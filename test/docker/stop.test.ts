import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

/** Short cycles at the prices of ten-second ones. */
const QUICK = ['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16'];

let place: ProgramHome;
afterEach(() => {
  place.close();
});

interface ExecutionRow {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
}

const executions = () => place.json<ExecutionRow[]>('executions');
const available = async () => (await place.json<{ available: number }[]>('agents'))[0]?.available;

/** An economy whose one agent sleeps, and its bids until it runs. */
async function sleeper(): Promise<void> {
  place = programHome(QUICK);
  // It doesn't heed what it is told.
  const program = 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n';
  const folder = place.agentFolder('sleeper', { 'main.py': program });
  const bundle = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
  await place.within('bootstrap', '--id', 'sleeper', '--from', folder, '--bundle', bundle);
}

const isRunning = () => until(executions, (rows) => rows.at(-1)?.state === 'running');

function containers(): string {
  const label = createHash('sha256').update(realpathSync(place.directory)).digest('hex').slice(0, 16);
  const filter = `label=bp-agents.home=${label}`;
  return execFileSync('docker', ['ps', '--all', '--quiet', '--filter', filter], { encoding: 'utf8' });
}

describe('stop', () => {
  it('ends a sleeping execution long before its time, refunds it, and ends the run with 0', async () => {
    await sleeper();
    const market = place.start('run', '--headless');
    await isRunning();
    expect(await place.json('stop', 'exe_1')).toMatchObject({ agent_id: 'sleeper', outcome: 'stopped_by_operator' });
    expect(await executions()).toMatchObject([
      { outcome: 'stopped_by_operator', used: { cpu_seconds: expect.any(Number) as number } },
    ]);
    expect(await available()).toBe(1000);
    expect(await place.run('stop')).toMatchObject({ status: 0 });
    expect(await exitOf(market)).toBe(0);
    expect(containers()).toBe('');
    expect(await place.json('audit')).toMatchObject({ ok: true });
  });

  it('keeps a stopped agent from running until it is revived, also where the run was killed meanwhile', async () => {
    await sleeper();
    const first = place.start('run', '--headless');
    await isRunning();
    first.kill('SIGKILL');
    await exitOf(first);
    expect(await place.json('stop', 'sleeper')).toMatchObject({ stopped: true, execution: { outcome: null } });
    expect(await place.within('run', '--headless', '--cycles', '2')).toMatchObject({ status: 0 });
    expect(await executions()).toMatchObject([{ id: 'exe_1', outcome: 'stopped_by_operator' }]);
    expect(await available()).toBe(1000);
    const second = place.start('run', '--headless');
    expect(await place.within('bootstrap', '--id', 'sleeper')).toMatchObject({ status: 0 });
    await isRunning();
    expect(await place.json('stop', '--now')).toMatchObject({ process: second.pid, ended: true });
    expect(await exitOf(second)).toBe(130);
    expect(containers()).not.toBe('');
    expect(await place.json('stop', 'sleeper')).toMatchObject({ execution: { execution_id: 'exe_2' } });
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    expect(containers()).toBe('');
    expect(await place.json('audit')).toMatchObject({ ok: true });
  });
});
