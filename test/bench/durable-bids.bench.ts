/**
 * Bids over HTTP, each acknowledged once it is durable: with shared commits against one commit for each, in one run.
 * Real Unix sockets, a real SQLite file with `synchronous=FULL`; the clients are a process of their own. Alone it takes
 * the number of agents and the seconds of a round.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openTestService, type TestService } from '../helpers/service-client.ts';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { withdrawBid } from '../../src/economy/market/withdraw-bid.ts';

const [agents = '128', seconds = '2'] = process.argv.slice(2);
const ROUNDS = 5;
const OVERRIDES = [
  'market.bids_pending_max=100000',
  'service.requests_per_second_max=100000',
  'market.supply.memory_mb=100000',
  'market.supply.cpu_seconds=1000',
];

const client = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('../helpers/bidding-clients.ts', import.meta.url))],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const shared = await market(undefined);
const single = await market(1);
const rates: { readonly shared: number; readonly single: number }[] = [];
await rate(shared, 500);
await rate(single, 500);
for (let round = 0; round < ROUNDS; round++)
  rates.push({
    shared: await rate(shared, 1000 * Number(seconds)),
    single: await rate(single, 1000 * Number(seconds)),
  });
client.kill();
for (const { test } of [shared, single]) {
  if (!auditLedger(test.economy).ok) throw new Error('the ledger is not in order');
  await test.close();
}
const ratios = rates.map((round) => round.shared / round.single);
for (const [round, { shared: together, single: alone }] of rates.entries())
  console.log(
    `round ${round + 1}: ${together.toFixed(0)} bids/s shared, ${alone.toFixed(0)} alone: ${ratios[round]!.toFixed(2)} ×`,
  );
console.log(
  `${agents} agents, median: ${ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!.toFixed(2)} × (must be at least 3)`,
);

interface Market {
  readonly test: TestService;
  readonly pairs: string;
}

async function market(sharedMax: number | undefined): Promise<Market> {
  const test = await openTestService({ overrides: OVERRIDES, ...(sharedMax !== undefined && { sharedMax }) });
  const pairs: string[] = [];
  for (let number = 0; number < Number(agents); number++) {
    const { socketPath, token } = await test.agent(`a${number}`, { credits: 10_000_000 });
    pairs.push(socketPath, token);
  }
  return { test, pairs: pairs.join(' ') };
}

/** Accepted bids per second. They are withdrawn again: no agent has thousands of bids pending. */
async function rate({ test: { economy }, pairs }: Market, milliseconds: number): Promise<number> {
  client.stdin.write(`${milliseconds} ${pairs}\n`);
  const [said] = (await once(client.stdout, 'data')) as [Buffer];
  economy.store.transaction(() => {
    for (const { id, payerId } of economy.store.bids.pending()) withdrawBid(economy, payerId, id);
  });
  return Number(said) / (milliseconds / 1000);
}
