import { executionView, receiptView } from '../../src/economy/views/execution-view.ts';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MarketEvent } from '../../src/domain/market-event.ts';
import { NO_USAGE } from '../../src/domain/execution.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { BpError } from '../../src/platform/errors.ts';
import type { OrchestratorDeps } from '../../src/orchestrator/deps.ts';
import { adoptExecution, runExecution } from '../../src/orchestrator/execution-runner.ts';
import type { ExecutionRequest, Sandbox, ServedExecution } from '../../src/sandbox/sandbox.ts';
import { makeAgent, nextCycle, openTestEconomy, start, type TestEconomy } from '../helpers/economy.ts';

let economy: TestEconomy;
let discarded: string[];
let statesAtEndOfCalls: string[];
let did: string[];
let environment: ExecutionRequest['environment'];
let prepared: ExecutionRequest | undefined;
let events: MarketEvent[];
beforeEach(() => {
  economy = openTestEconomy();
  discarded = [];
  statesAtEndOfCalls = [];
  did = [];
  events = [];
});
afterEach(() => {
  economy.close();
});

const NEVER = new AbortController().signal;

interface Acts {
  readonly go?: () => Promise<void>;
  readonly beforeEnd?: () => void;
  readonly materials?: Sandbox['materials'];
}

/** A sandbox in which an agent ends well; what it does is the test's to fill. */
function orchestrator(act: Acts): OrchestratorDeps {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const end = { cause: 'exited', detail: 'exited with code 0', exitCode: 0, signal: null, usage: NO_USAGE };
  return {
    economy,
    clock: economy.clock,
    logger: silent,
    events: { publish: (event: MarketEvent) => void events.push(event) },
    endpoints: {
      open: (executionId: number, run: ServedExecution) =>
        void did.push(`open ${executionId} at ${run.requests}, ${economy.store.executions.get(executionId).state}`),
      endCalls: (executionId: number) => {
        statesAtEndOfCalls.push(economy.store.executions.get(executionId).state);
        return Promise.resolve();
      },
      requests: () => 0,
      close: () => undefined,
    },
    sandbox: {
      materials: () =>
        act.materials?.(NEVER) ?? Promise.resolve({ content: null, files: 0, bytes: 0, news: undefined }),
      prepare: (request: ExecutionRequest) => {
        const { executionId } = request;
        ({ environment } = request);
        prepared = request;
        did.push(`prepare ${executionId}`);
        return Promise.resolve({
          unheld: ['memory', 'cpu'],
          keptFiles: [],
          requests: 0,
          go() {
            did.push('go');
            return act.go?.() ?? Promise.resolve();
          },
          get ended() {
            act.beforeEnd?.();
            return Promise.resolve(end);
          },
        });
      },
      adopt: () => Promise.resolve({ requests: 7, ended: Promise.resolve(end), hadEnded: false }),
      discard: (executionId: string) => Promise.resolve(void discarded.push(executionId)),
      forget: () => Promise.resolve(),
    },
  } as unknown as OrchestratorDeps;
}

describe('an execution', () => {
  it('whose settlement can not be stored is neither refunded nor cleaned up: the next start settles it', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    const other = new SqliteDatabase(economy.databasePath);
    const deps = orchestrator({ beforeEnd: () => void other.exec('BEGIN IMMEDIATE') });
    // As where the end of a run has waited for the other process as long as it may.
    economy.store.lock.endPatience();
    await expect(runExecution(deps, id, NEVER)).rejects.toMatchObject({ code: 'database_locked' });
    other.close();
    expect(economy.store.executions.get(id)).toMatchObject({ state: 'running', outcome: null });
    expect(discarded).toEqual([]);
    expect(economy.store.bids.countPending()).toBe(0);
  });

  it('has in its receipt what its engine did not hold', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    await runExecution(orchestrator({}), id, NEVER);
    const execution = economy.store.executions.get(id);
    expect(receiptView(execution).unheld).toEqual(['memory', 'cpu']);
    expect(executionView(execution).unheld).toEqual(['memory', 'cpu']);
  });

  it('is served once it is prepared, and gets its "go" after that', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    await runExecution(orchestrator({}), id, NEVER);
    expect(did).toEqual([`prepare exe_${id}`, `open ${id} at 0, starting`, 'go']);
  });

  it('finds the gateway by the variables that SDKs look for, each with its own token', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    await runExecution(orchestrator({}), id, NEVER);
    const { BP_EXECUTION_TOKEN: token, ...others } = environment;
    expect(token).toMatch(/^.{32,}$/);
    expect(others).toEqual({
      ...{ OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1', OPENAI_API_KEY: token },
      ...{ ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080', ANTHROPIC_API_KEY: token },
      ...{ GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:8080', GEMINI_API_KEY: token },
    });
  });

  it('that is taken over is served as what was adopted', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    const { execution } = start(economy, id);
    await adoptExecution(orchestrator({}), execution, { signal: NEVER, stop: NEVER });
    expect(did).toEqual([`open ${id} at 7, running`]);
  });

  it('ends its calls of models before it is settled, so that its receipt knows them', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    await runExecution(orchestrator({}), id, NEVER);
    expect(statesAtEndOfCalls).toEqual(['running']);
    expect(economy.store.executions.get(id).state).toBe('settled');
  });

  it('mounts the materials that lay there when it began, and is told of them', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    const news = { files: 2, bytes: 10, leftOut: [], problem: null };
    await runExecution(
      orchestrator({ materials: () => Promise.resolve({ content: 'abc', files: 2, bytes: 10, news }) }),
      id,
      NEVER,
    );
    expect(prepared?.mounts).toEqual([{ content: 'abc', at: '/materials' }]);
    const told = JSON.parse(prepared?.handshake ?? '') as { readonly materials: unknown };
    expect(told.materials).toEqual({ path: '/materials', files: 2, bytes: 10 });
    expect(events).toContainEqual({ kind: 'materials', seen: news });
  });

  it('is told of no request whose files came after its materials were looked at', async () => {
    const publish = (name: string, files: readonly { readonly name: string; readonly bytes: number }[]) =>
      publishRequest(economy, { text: name, until: null, files });
    const files = [{ name: 'a', bytes: 1 }];
    publish('before', files);
    const look = { content: 'abc', files: 1, bytes: 1, news: undefined };
    const materials = () => {
      publish('meanwhile', files);
      publish('words', []);
      return Promise.resolve(look);
    };
    makeAgent(economy, 'ann');
    nextCycle(economy);
    await runExecution(orchestrator({ materials }), 1, NEVER);
    const { requests } = JSON.parse(prepared?.handshake ?? '') as { readonly requests: readonly { text: string }[] };
    expect(requests.map(({ text }) => text)).toEqual(['words', 'before']);
  });

  it('whose materials the engine does not take is refunded, and never begun', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    const refuse = () => Promise.reject(new BpError('sandbox_engine', 'no room'));
    expect(await runExecution(orchestrator({ materials: refuse }), id, NEVER)).toMatchObject({
      ...{ outcome: 'system_fault', faultCode: 'sandbox_engine' },
    });
    expect(did).toEqual([]);
    expect(economy.store.bids.get(1)).toMatchObject({ status: 'pending', attempt: 2 });
  });

  it('whose "go" failed is refunded, tried again and cleaned up', async () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    await runExecution(orchestrator({ go: () => Promise.reject(new Error('no stream')) }), id, NEVER);
    expect(economy.store.executions.get(id)).toMatchObject({ state: 'settled', outcome: 'system_fault' });
    expect(economy.store.bids.get(1)).toMatchObject({ status: 'pending', attempt: 2 });
    expect(discarded).toEqual([`exe_${id}`]);
  });
});
