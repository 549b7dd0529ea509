/** A cycle with no bids on a real SQLite file, with 1,000 dormant agents. Prints its median and its worst. */
import { BARE, makeAgent, nextCycle, openTestEconomy } from '../helpers/economy.ts';
import { withdrawBid } from '../../src/economy/withdraw-bid.ts';

const AGENTS = 1_000;
const CYCLES = 500;

const economy = openTestEconomy({ overrides: ['lifecycle.dormant_cycles=1000000'] });
try {
  economy.store.transaction(() => {
    for (let number = 0; number < AGENTS; number += 1) makeAgent(economy, `a${number}`, { bundle: BARE });
    for (const bid of economy.store.bids.pending()) withdrawBid(economy, bid.payerId, bid.id);
  });
  nextCycle(economy);
  const milliseconds = Array.from({ length: CYCLES }, () => {
    const began = performance.now();
    nextCycle(economy);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  const median = milliseconds[CYCLES / 2] ?? 0;
  const worst = milliseconds.at(-1) ?? 0;
  console.log(`a cycle with no bids: median ${median.toFixed(2)} ms, worst ${worst.toFixed(2)} ms (median under 5)`);
} finally {
  economy.close();
}
