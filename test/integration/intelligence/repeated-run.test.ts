import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { micro } from '../../../src/domain/credits.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { closeEconomy, type Economy } from '../../../src/economy/economy.ts';
import type { Caller } from '../../../src/economy/executions/caller.ts';
import { openPassingEconomy } from '../../../src/economy/home/open-home.ts';
import { STORE } from '../../../src/economy/internal/store-key.ts';
import { fitPrices } from '../../../src/economy/market/fit-prices.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { openTransports } from '../../../src/intelligence/cassette/open-transports.ts';
import { chat } from '../../../src/intelligence/formats/chat.ts';
import { Gateway } from '../../../src/intelligence/gateway.ts';
import { readCatalogue } from '../../../src/intelligence/provider.ts';
import { runMarket } from '../../../src/orchestrator/market-loop.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { Dice } from '../../../src/simulation/dice.ts';
import { SimulatedClock } from '../../../src/simulation/simulated-clock.ts';
import { startFakeProvider, type FakeProvider } from '../../helpers/fake-provider.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';
import { KEY, providersAt } from '../../helpers/provider-settings.ts';
import { accepted } from '../../helpers/economy.ts';

const CYCLES = 12;
const BUNDLE = { cpuMs: 1000, memoryMb: 64, tokens: 2000, attention: 0 } as const;
const FILES = [{ path: 'main.py', content: Buffer.from('pass\n'), executable: false }];
const AGENTS = ['ada', 'bea', 'cyd'];

let folder: string;
let provider: FakeProvider;
const tape = () => join(folder, 'tape.jsonl');
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave((_, number) => ({ words: [String(1 + (number % 7))] }));
  folder = mkdtempSync(join(tmpdir(), 'bp-repeated-'));
});
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true });
});

const nothing = () => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let economy: Economy | undefined;
afterEach(() => {
  if (economy) closeEconomy(economy);
  economy = undefined;
});

/**
 * A run of the real market, ledger and gateway, whose agents bid what a model says. Its clock is the one thing that is
 * simulated: it stands still while somebody waits for a model or for files, which one does after the other.
 */
async function run(mode: 'record' | 'replay', seed = 'one'): Promise<string> {
  const overrides = [
    ...['market.supply.tokens=6000', 'market.supply.cpu_seconds=2', 'market.prices.start.tokens=0.0001'],
    ...[`intelligence.providers=${providersAt(provider.origin)}`, `intelligence.${mode}=${tape()}`],
  ];
  const config = loadConfig({ home: '/', readFile: nothing, environment: {}, overrides });
  const clock = new SimulatedClock();
  const random = new Dice(seed);
  const its = openPassingEconomy({ config, machine: { cores: 2, memoryMb: 4000 }, clock, random });
  economy = its;
  fitPrices(its);
  const gateway = new Gateway({
    ...{ economy: its, clock: systemClock(), random, logger: SILENT },
    catalogue: readCatalogue(config.intelligence, { environment: { TEST_KEY: KEY }, readFile: () => '' }),
    transports: openTransports(config.intelligence, { home: folder, logger: SILENT }),
  });
  await gateway.prepare();
  for (const id of AGENTS)
    accepted(bootstrapAgent(its, { id, files: FILES, credits: micro(5_000_000_000), bundle: BUNDLE }));
  let waiting = 0;
  let before: Promise<unknown> = Promise.resolve();
  const outside = <T>(work: () => Promise<T>): Promise<T> => {
    waiting += 1;
    const done = before.then(work);
    // Whoever waited for it goes on before the next one begins.
    before = done.then(turns, turns).finally(() => (waiting -= 1));
    return done;
  };
  const engine = instantEngine((caller) => outside(() => think(gateway, its, caller)));
  const { orchestrator } = await engine.start(
    { directory: mkdtempSync(join(folder, 'home-')), config, economy: its, close: nothing },
    { logger: SILENT, events: { publish: nothing }, checks: { recall: nothing, remember: nothing } },
    new AbortController().signal,
  );
  const { sandbox } = orchestrator;
  const deps = {
    ...orchestrator,
    sandbox: {
      ...sandbox,
      prepare: (...asked: Parameters<typeof sandbox.prepare>) => outside(() => sandbox.prepare(...asked)),
    },
  };
  const market = { isOver: false };
  const over = runMarket(deps, { cycles: CYCLES, stop: new AbortController().signal }).finally(() => {
    market.isOver = true;
  });
  while (!market.isOver) {
    if (waiting === 0) clock.advance();
    await new Promise(setImmediate);
  }
  await over;
  await gateway.close();
  expect(its[STORE].executions.page(Number.MAX_SAFE_INTEGER, 100).every(({ outcome }) => outcome === 'completed')).toBe(
    true,
  );
  const { ok, head, first_difference: difference } = auditLedger(its);
  expect(difference).toBeNull();
  expect(ok).toBe(true);
  return head;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** Asks what to offer, and offers that. */
async function think(gateway: Gateway, its: Economy, caller: Caller): Promise<void> {
  const content = `What shall ${caller.agentId} offer?`;
  const answer = await gateway.answer({
    ...{ caller, format: chat, body: { model: 'gpt', messages: [{ role: 'user', content }], max_tokens: 40 } },
    hungUp: new AbortController().signal,
  });
  const said = answer.ok ? (answer.value.json as { choices: [{ message: { content: string } }] }) : undefined;
  const amount = micro(Math.round((100 + Number(said?.choices[0].message.content)) * 1_000_000));
  its[STORE].transaction(() => void accepted(placeBid(its, caller.agentId, { bundle: BUNDLE, amount })));
}

describe('a run with calls of models', () => {
  it('comes to the same head from its cassette, again and again, without a provider', async () => {
    const recorded = await run('record');
    const { calls } = provider;
    const asked = calls.length;
    expect(asked).toBeGreaterThan(AGENTS.length);
    expect([await run('replay'), await run('replay')]).toEqual([recorded, recorded]);
    expect(provider.calls).toHaveLength(asked);
  });

  it('comes to another where a model has answered otherwise', async () => {
    const recorded = await run('replay');
    const [first = '', ...rest] = readFileSync(tape(), 'utf8').split('\n');
    const answer = JSON.parse(first) as { body: string };
    const body = answer.body.replace(/"content":\s*"\d+"/, '"content":"9"');
    expect(body).not.toBe(answer.body);
    writeFileSync(tape(), [JSON.stringify({ ...answer, body }), ...rest].join('\n'));
    expect(await run('replay')).not.toBe(recorded);
  });

  it('does not depend on chance: tokens of executions are in no row of the ledger', async () => {
    expect(await run('replay', 'another seed')).toBe(await run('replay'));
  });
});
