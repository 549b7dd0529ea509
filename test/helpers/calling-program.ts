/**
 * A process that makes calls of models through a real gateway, on the database of an economy, until it is killed. First
 * it settles what an earlier one left, as a start of `run` does, and prints how many calls are open then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load.ts';
import { derive } from '../../src/config/supply.ts';
import { settleCallsOfEarlierRun } from '../../src/economy/executions/model-call.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';
import { chat } from '../../src/intelligence/formats/chat.ts';
import { openTransports } from '../../src/intelligence/cassette/open-transports.ts';
import { Gateway } from '../../src/intelligence/gateway.ts';
import { readCatalogue } from '../../src/intelligence/provider.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { openStore } from '../../src/store/store.ts';

/** What it is given, as JSON in its first argument. */
export interface CallingOrder {
  readonly databasePath: string;
  readonly overrides: readonly string[];
  readonly callers: readonly { readonly executionId: number; readonly agentId: string }[];
  /** What its wall clock shows when it begins. */
  readonly now: number;
  readonly seed: string;
  /** How many calls it makes at the same time. */
  readonly connections: number;
}

const OUTPUT_MAX = 60;
/** So that it does not spin where nothing is left. */
const REFUSED_MS = 2;

const order = JSON.parse(process.argv[2] ?? '') as CallingOrder;
const machine = systemClock();
const clock = { ...machine, now: () => order.now + Math.round(machine.monotonic()) };
const { overrides } = order;
const config = loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });
const store = openStore({ path: order.databasePath, create: false, now: clock.now() });
const dice = new Dice(order.seed);
const derived = derive(config, { cores: 2, memoryMb: 4000 });
const economy = { [STORE]: store, clock, random: dice, config, derived };
settleCallsOfEarlierRun(economy);
process.stdout.write(`${store.modelCalls.open().length} open\n`);

const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const keys = { environment: { TEST_KEY: 'k' }, readFile: () => '' };
const catalogue = readCatalogue(config.intelligence, keys);
const transports = openTransports(config.intelligence, { home: '/', logger });
const gateway = new Gateway({ economy, catalogue, transports, clock: machine, random: dice, logger });
await Promise.all(Array.from({ length: order.connections }, (_, place) => call(dice.fork(`connection ${place}`))));

async function call(own: Dice): Promise<never> {
  for (;;) {
    const body = {
      ...{ model: 'gpt', messages: [{ role: 'user', content: 'x'.repeat(own.whole(1, 40)) }] },
      ...{ max_tokens: own.whole(1, OUTPUT_MAX), stream: own.chance(0.5) },
    };
    const hungUp = new AbortController();
    const answer = await gateway.answer({
      ...{ caller: own.pick(order.callers), format: chat, body },
      hungUp: hungUp.signal,
    });
    if (!answer.ok) await pause(REFUSED_MS);
    else for await (const _event of answer.value.events ?? []) if (own.chance(0.05)) hungUp.abort();
  }
}
