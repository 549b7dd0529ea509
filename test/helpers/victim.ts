import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { GroundTruth } from '../torture/ground-truth.ts';
import { compiled } from './compiled.ts';
import { exitOf, programHome, until, type ProgramHome } from './program.ts';

const PROGRAM = await compiled(new URL('crashing-program.ts', import.meta.url));
const SETTINGS = [
  ...['market.cycle_seconds=0.4', 'market.supply.cpu_seconds=16', 'sandbox.workspace_mb=64'],
  ...['lifecycle.fault_backoff_seconds=[0.4]', 'lifecycle.dormant_seconds=400'],
];
export const BUNDLE = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
/** Notes that it began, takes its time, and ends well. */
export const AGENT = `
import json, time
with open("starts.log", "a") as file: file.write(json.dumps(json.load(open("env.json"))["execution_id"]) + "\\n")
print("it began")
time.sleep(0.6)
print("it is done")
`;

interface Attempt {
  readonly id: string;
  readonly outcome: string | null;
}

/** An economy of its own in which the program is killed. */
export class Victim {
  readonly place: ProgramHome = programHome(SETTINGS);

  bootstrap(agent = AGENT, bundle = BUNDLE) {
    const folder = this.place.agentFolder('a', { 'main.py': agent });
    return this.place.within('bootstrap', '--id', 'a', '--from', folder, '--bundle', bundle);
  }

  /** Runs a command in a process that kills itself at this point. */
  async crash(point: string, ...args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, ...this.place.options, ...args], {
      env: { ...process.env, CRASH_AT: point },
      stdio: 'ignore',
    });
    expect(await exitOf(child)).toBeNull();
  }

  /** Starts the program again, and says how each attempt went, the first one first. */
  async recovered(): Promise<readonly string[]> {
    // On a busy machine the end of a container may be known only when the cycles are over.
    do expect(await this.place.within('run', '--headless', '--cycles', '5')).toMatchObject({ status: 0 });
    while (await this.isToTryAgain());
    expect(new GroundTruth(this.place.directory).leftovers()).toEqual([]);
    expect(await this.place.json('audit')).toMatchObject({ ok: true });
    return (await this.executions()).map(({ outcome }) => String(outcome));
  }

  /** The first one first. */
  executions(): Promise<readonly Attempt[]> {
    return this.place.json<readonly Attempt[]>('executions');
  }

  /** What the last attempt printed, as far as it was kept. */
  async printed(): Promise<string> {
    const { id } = (await this.executions()).at(-1)!;
    return (await this.place.json<{ readonly output: string }>('logs', id)).output;
  }

  async isToTryAgain(): Promise<boolean> {
    const bids = await this.place.json<{ id: string; status: string }[]>('bids');
    return bids.find(({ id }) => id === 'bid_1')?.status === 'pending';
  }

  /** Until its container, which nobody looks at, has ended. */
  async untilEnded(): Promise<void> {
    const ended = [
      'ps',
      '-aq',
      '--filter',
      `label=bp-agents.home=${homeLabelOf(this.place.directory)}`,
      '--filter',
      'status=exited',
    ];
    await until(
      async () => execFileSync('docker', ended, { encoding: 'utf8' }),
      (names) => names !== '',
    );
  }

  get workspace(): string {
    return join(this.place.directory, 'workspaces', 'agent-a');
  }

  file(name: string): string {
    return readFileSync(join(this.workspace, name), 'utf8');
  }

  starts(): readonly string[] {
    return this.file('starts.log').trim().split('\n');
  }
}
