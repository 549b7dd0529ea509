import type { Economy } from '../../src/economy/economy.ts';
import { fitPrices } from '../../src/economy/market/fit-prices.ts';
import { openPassingEconomy } from '../../src/economy/home/open-home.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { prepareScenario } from '../../src/simulation/scenario/scenario-file.ts';
import { ScenarioWorld } from '../../src/simulation/scenario/scenario-world.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';

/** What a scenario leaves after some hours, still open. The test closes its store. */
export async function scenarioEconomy(
  text: string,
  hours: number,
  overrides: readonly string[] = [],
): Promise<Economy> {
  const { scenario, config, marks } = prepareScenario('test', text, overrides);
  const clock = new SimulatedClock();
  const dice = new Dice('test');
  const machine = { cores: 2, memoryMb: 4000 };
  const economy = openPassingEconomy({ config, machine, clock, random: dice.fork('tokens') });
  fitPrices(economy);
  const world = new ScenarioWorld({ economy, clock, dice, scenario, marks });
  world.begin();
  while (clock.monotonic() < hours * 3_600_000 && clock.advance()) await new Promise(setImmediate);
  const { broken } = world;
  world.end();
  if (broken !== undefined) throw new Error(broken);
  return economy;
}
