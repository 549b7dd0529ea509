import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../src/domain/execution.ts';
import { stopExecution } from '../../src/economy/executions/stop-execution.ts';
import type { OrchestratorDeps } from '../../src/orchestrator/deps.ts';
import { runMarket } from '../../src/orchestrator/market-loop.ts';
import { StopWatch } from '../../src/orchestrator/stop-watch.ts';
import type { ExecutionEnd } from '../../src/sandbox/sandbox.ts';
import { accepted, makeAgent, nextCycle, openTestEconomy, start, type TestEconomy } from '../helpers/economy.ts';

let economy: TestEconomy;
let did: string[];
beforeEach(() => {
  economy = openTestEconomy();
  did = [];
});
afterEach(() => {
  economy.close();
});

const END: ExecutionEnd = { cause: 'stopped', detail: 'stopped', exitCode: null, signal: null, usage: NO_USAGE };

/** A sandbox in which whatever runs goes on until it is stopped, and that notes what it is told. */
function orchestrator({ neverReady = false } = {}): OrchestratorDeps {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const running = (executionId: string) => {
    let end: (how: ExecutionEnd) => void = () => undefined;
    const ended = new Promise<ExecutionEnd>((resolve) => (end = resolve));
    return {
      ended,
      go: () => {
        did.push(`go ${executionId}`);
        return Promise.resolve();
      },
      stop: (reason: string) => {
        did.push(`stop ${executionId} by ${reason}`);
        end(END);
        return Promise.resolve();
      },
      usedCpuMs: () => Promise.resolve(undefined),
      memoryPeakBytes: () => Promise.resolve(undefined),
      unheld: [],
      keptFiles: [],
    };
  };
  return {
    economy,
    clock: economy.clock,
    logger: silent,
    events: { publish: () => undefined },
    endpoints: {
      open: () => undefined,
      endCalls: () => Promise.resolve(),
      requests: () => 0,
      close: () => undefined,
    },
    sandbox: {
      ping: () => Promise.resolve(),
      prepare: ({ executionId }: { executionId: string }, signal: AbortSignal) => {
        did.push(`prepare ${executionId}`);
        if (!neverReady) return Promise.resolve(running(executionId));
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
      adopt: ({ executionId }: { executionId: string }) => {
        did.push(`adopt ${executionId}`);
        return Promise.resolve(running(executionId));
      },
      discard: (executionId: string) => Promise.resolve(void did.push(`discard ${executionId}`)),
      forget: () => Promise.resolve(),
      sweep: () => Promise.resolve(),
      materials: () => Promise.resolve({ content: null, files: 0, bytes: 0, news: undefined }),
      keepContent: () => Promise.resolve(),
    },
  } as unknown as OrchestratorDeps;
}

/** One cycle, while `during` is done and time passes. */
async function oneCycle(deps: OrchestratorDeps, during: () => void = () => undefined): Promise<void> {
  const run = runMarket(deps, { cycles: 1, stop: new AbortController().signal });
  await settleDown();
  during();
  economy.clock.advance(300);
  await run;
}

async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const stopIt = () => void accepted(stopExecution(economy, 1));
const execution = () => economy.store.executions.get(1);
const STOPPED = { state: 'settled', outcome: 'stopped_by_operator' };

describe('an execution that is to be stopped', () => {
  it('is ended while it runs', async () => {
    makeAgent(economy, 'a');
    await oneCycle(orchestrator(), stopIt);
    expect(did).toEqual(['prepare exe_1', 'go exe_1', 'stop exe_1 by operator', 'discard exe_1']);
    expect(execution()).toMatchObject(STOPPED);
  });

  it('is ended while it is being prepared, and is not a fault of the system', async () => {
    makeAgent(economy, 'a');
    await oneCycle(orchestrator({ neverReady: true }), stopIt);
    expect(did).toEqual(['prepare exe_1', 'discard exe_1']);
    expect(execution()).toMatchObject({ ...STOPPED, startedAt: null });
    expect(economy.store.bids.countPending()).toBe(0);
  });

  it('is not begun where the wish came before the run', async () => {
    makeAgent(economy, 'a');
    nextCycle(economy);
    stopIt();
    await oneCycle(orchestrator());
    expect(did).toEqual([]);
    expect(execution()).toMatchObject(STOPPED);
  });

  it('is taken over and then ended where an earlier run had started it', async () => {
    makeAgent(economy, 'a');
    nextCycle(economy);
    start(economy, 1);
    stopIt();
    await oneCycle(orchestrator());
    expect(did).toEqual(['adopt exe_1', 'stop exe_1 by operator', 'discard exe_1']);
    expect(execution()).toMatchObject(STOPPED);
  });

  it('is no fault of the system where an earlier run was just preparing it', async () => {
    makeAgent(economy, 'a');
    nextCycle(economy);
    economy.store.executions.markStarting(1, 'x');
    stopIt();
    await oneCycle(orchestrator());
    expect(execution()).toMatchObject(STOPPED);
  });

  it('is seen also where it begins just when another has ended', async () => {
    makeAgent(economy, 'a');
    nextCycle(economy);
    const watch = new StopWatch(orchestrator(), () => undefined);
    await watch.follow(99, () => Promise.resolve());
    const seen = watch.follow(1, (stop) => new Promise((resolve) => stop.addEventListener('abort', resolve)));
    stopIt();
    await settleDown();
    economy.clock.advance(300);
    await seen;
  });

  it('is looked for only while something runs', async () => {
    await oneCycle(orchestrator(), () => expect(economy.clock.sleepers).toBe(0));
  });
});
