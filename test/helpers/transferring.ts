import { micro } from '../../src/domain/credits.ts';
import { loadConfig } from '../../src/config/load.ts';
import { openHomeEconomy } from '../../src/economy/home/open-home.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { closeEconomy } from '../../src/economy/economy.ts';

/** A process that pays from one agent to another, again and again: `HOME FROM TO TIMES`. */
const [directory = '', from = '', to = '', times = '0'] = process.argv.slice(2);
const economy = openHomeEconomy({
  directory,
  config: loadConfig({ home: directory, readFile: () => undefined, environment: {}, overrides: [] }),
  machine: { cores: 2, memoryMb: 4000 },
  clock: systemClock(),
  random: systemRandomness(),
  create: false,
});
for (let paid = 0; paid < Number(times); paid++) {
  const result = transferCredits(economy, from, { to, amount: micro(1) });
  if (!result.ok) throw new Error(result.message);
}
closeEconomy(economy);
