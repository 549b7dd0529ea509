import { beforeEach, expect, it } from 'vitest';
import { Dice } from '../../src/simulation/dice.ts';
import { Faults } from '../../src/simulation/faults.ts';
import { Fuse } from '../../src/simulation/fuse.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { SimulatedEngine } from '../../src/simulation/simulated-engine.ts';
import { simulatedSandbox } from '../../src/simulation/simulated-sandbox.ts';

const NEVER = new AbortController().signal;
const REQUEST = {
  ...{ executionId: 'exe_1', agentId: 'ann', agentNumber: 1, wallMs: 1000, handshake: '{}', files: [] },
  ...{
    bundle: { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 as const },
    environment: {},
    mounts: [],
    startedAt: 0,
  },
};

let clock: SimulatedClock;
let engine: SimulatedEngine;
beforeEach(() => {
  clock = new SimulatedClock();
  const nothing = () => undefined;
  engine = new SimulatedEngine(new Dice('engine'), { mayGo: () => true, onGo: nothing, onFinding: nothing });
});

/** The engine as one more program reaches it, without faults. */
function sandbox() {
  const dice = new Dice('calls');
  const faults = new Faults(dice);
  faults.stop();
  return simulatedSandbox({ engine, clock, dice, faults, fuse: new Fuse(faults, () => undefined) });
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const turning = new AbortController();
  const done = promise.finally(() => turning.abort());
  while (!turning.signal.aborted) {
    clock.advance();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
}

it('who adopts an execution goes on from the requests that were kept, also of one that has ended', async () => {
  const first = await inTime(sandbox().prepare(REQUEST, NEVER));
  expect(first.requests).toBe(0);
  await inTime(first.go());
  first.keepRequests(1);
  first.keepRequests(2);
  const second = await inTime(sandbox().adopt(REQUEST, NEVER));
  expect(second).toMatchObject({ requests: 2, hadEnded: false });
  second.keepRequests(3);
  engine.end(engine.containers.get('exe_1')!, { cause: 'exited', exitCode: 0 });
  expect(await inTime(sandbox().adopt(REQUEST, NEVER))).toMatchObject({ requests: 3, hadEnded: true });
});

it('nothing was kept of an execution that has vanished', async () => {
  expect(await inTime(sandbox().adopt(REQUEST, NEVER))).toMatchObject({ requests: 0, hadEnded: true });
});
