/**
 * What the page asks of an economy of 10,000 agents and 1,000,000 executions, the first time and again: how long each
 * answer takes, how much CPU time the longest turn of the event loop uses, and how large it is. Then the report of it
 * all. Alone it takes a number of executions.
 */
import { setTimeout } from 'node:timers/promises';
import { Histories } from '../../src/operator/history/histories.ts';
import { reportData } from '../../src/operator/report/report-data.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { allRoutes } from '../../src/web/routes/all-routes.ts';
import type { WebDeps } from '../../src/web/web-deps.ts';
import { openTestEconomy } from '../helpers/economy.ts';
import { fillLargeEconomy, LARGE } from '../helpers/large-economy.ts';

const TURN_MS_MAX = 50;
const BYTES_MAX = 5_000_000;

/** Of each answer: a route, what stands in its path, and what it is asked. */
const QUESTIONS: readonly (readonly [path: string, id: string, query: Readonly<Record<string, string>>])[] = [
  ['/api/agents', '', {}],
  ['/api/agents', '', { sort: 'executions' }],
  ['/api/agents', '', { sort: 'earned', text: '99' }],
  ['/api/agents/:id', 'a-7', {}],
  ['/api/agents/:id', 'a-5000', {}],
  ['/api/lineage', '', {}],
  ['/api/executions', '', {}],
  ['/api/executions', '', { outcome: 'system_fault' }],
  ['/api/executions/:id', 'exe_500', {}],
  ['/api/bids', '', { status: 'voided' }],
  ['/api/bids/:id', 'bid_500', {}],
  ['/api/market', '', { last: '1000' }],
  ['/api/market', '', {}],
  ['/api/books', '', {}],
];

/** Goes round with the event loop, and notes how much CPU time each turn uses, whatever else this machine does. */
class Turns {
  #longest = 0;
  #last = process.cpuUsage();
  #isOver = false;

  constructor() {
    this.#turn();
  }

  /** In milliseconds, of the longest turn. */
  async end(): Promise<number> {
    await setTimeout(5);
    this.#isOver = true;
    return this.#longest / 1000;
  }

  #turn(): void {
    const { user, system } = process.cpuUsage(this.#last);
    this.#longest = Math.max(this.#longest, user + system);
    this.#last = process.cpuUsage();
    if (!this.#isOver) setImmediate(() => this.#turn());
  }
}

const economy = openTestEconomy();
try {
  fillLargeEconomy(economy.databasePath, { ...LARGE, executions: Number(process.argv[2] ?? LARGE.executions) });
  const real = { ...economy, clock: systemClock() };
  const routes = allRoutes(new Histories(real));
  const home = { directory: economy.home, economy: real, config: economy.config, close: () => undefined };
  for (const [path, id, query] of QUESTIONS)
    for (const time of ['first', 'again']) {
      await setTimeout(20);
      const turns = new Turns();
      const began = performance.now();
      const route = routes.find((it) => it.path === path);
      const answer = await route?.handle({ params: { id }, query, body: {} }, { home } as unknown as WebDeps);
      const took = performance.now() - began;
      const longestMs = await turns.end();
      const [name, bytes] = [`${path.replace(':id', id)} ${JSON.stringify(query)}`, JSON.stringify(answer).length];
      console.log(
        `${name.padEnd(52)} ${time}: ${took.toFixed(0)} ms, ` +
          `the longest turn ${longestMs.toFixed(0)} ms of CPU (at most ${TURN_MS_MAX}), ${(bytes / 1000).toFixed(0)} kB`,
      );
    }
  const before = process.cpuUsage();
  const data = JSON.stringify(reportData(home));
  const { user, system } = process.cpuUsage(before);
  console.log(
    `report: ${((user + system) / 1e6).toFixed(1)} s of CPU, ${data.length.toLocaleString('en-US')} bytes of data ` +
      `(at most ${BYTES_MAX.toLocaleString('en-US')}), ${(process.memoryUsage().rss / 1_048_576).toFixed(0)} MB of memory`,
  );
} finally {
  economy.close();
}
