import { AMOUNT_MAX, formatCredits, max, micro, min } from '../domain/credits.ts';
import { inUnits, MEMORY_MB_MIN, QUANTITY_MAX, RESOURCES, type Prices, type Quantities } from '../domain/resources.ts';
import { startPrices } from '../domain/pricing.ts';
import { BpError } from '../platform/errors.ts';
import type { MachineSize } from '../platform/machine.ts';
import { spansPerCycle } from './cycle-length.ts';
import { humanHours, type HumanHours } from './human-hours.ts';
import { modelBudget, type ModelBudget } from './model-prices.ts';
import { quietHours, type QuietHours } from './quiet-hours.ts';
import type { Config } from './schema.ts';

/** The values that follow from the configuration and the machine. */
export interface Derived {
  /** What one cycle sells of each resource. */
  readonly supply: Quantities;
  /** Micro-credits per whole unit; 0 where the supply is 0. Also the floor of each price. */
  readonly startPrices: Prices;
  /** What models may cost, and what their tokens can. */
  readonly budget: ModelBudget;
  /** When nobody is asked. */
  readonly quietHours: QuietHours;
  /** What hour of the human's calendar it is. */
  readonly humanHours: HumanHours;
}

/**
 * Throws `BpError` with code `config_invalid` where the machine is too small for `auto`, or where a bundle at the
 * highest price could cost more than one transfer can hold; and as `modelBudget` does.
 */
export function derive(config: Config, machine: MachineSize): Derived {
  const supply = supplyOf(config, machine);
  const { supply_value: stockValue, start } = config.market.prices;
  const flowValue = min(AMOUNT_MAX, max(micro(1), micro(Math.round(stockValue * spansPerCycle(config.market)))));
  // Attention is for one letter, however many wait.
  const prices = startPrices({ ...supply, attention: Math.min(1, supply.attention) }, { stockValue, flowValue, start });
  checkAmounts(config.market.prices.cap_factor, supply, prices);
  return {
    ...{ supply, startPrices: prices, budget: modelBudget(config.intelligence) },
    quietHours: quietHours(config.attention),
    humanHours: humanHours(config.attention),
  };
}

function supplyOf({ market, attention }: Config, machine: MachineSize): Quantities {
  const { supply, cycle_seconds } = market;
  const cpuSeconds =
    supply.cpu_seconds === 'auto' ? machine.cores * cycle_seconds * supply.auto_fraction : supply.cpu_seconds;
  const memoryMb = supply.memory_mb === 'auto' ? Math.floor(machine.memoryMb * supply.auto_fraction) : supply.memory_mb;
  if (memoryMb < MEMORY_MB_MIN)
    throw new BpError(
      'config_invalid',
      `market.supply.memory_mb: auto comes to ${memoryMb} MB on this machine, but must be at least ${MEMORY_MB_MIN}`,
      { hint: 'Raise market.supply.auto_fraction or set market.supply.memory_mb.' },
    );
  return {
    // The small addition undoes binary fractions such as 2 × 5 × 0.09 = 0.8999…
    cpuMs: Math.min(Math.max(1, Math.floor(cpuSeconds * 1000 + 1e-6)), QUANTITY_MAX),
    memoryMb: Math.min(memoryMb, QUANTITY_MAX),
    tokens: supply.tokens,
    attention: supply.attention * attention.deck,
  };
}

/** With four resources, a quarter each keeps every bundle's cost an amount. */
function checkAmounts(capFactor: number, supply: Quantities, prices: Prices): void {
  const most = micro(Math.floor(AMOUNT_MAX / RESOURCES.length));
  for (const resource of RESOURCES) {
    if (prices[resource] * capFactor * inUnits(resource, supply) > most)
      throw new BpError(
        'config_invalid',
        `market.prices: the whole supply of ${resource} at its highest price (start price × cap_factor) ` +
          `must cost at most ${formatCredits(most)} credits`,
        { hint: `Lower market.prices.supply_value, market.prices.start.${resource} or market.prices.cap_factor.` },
      );
  }
}
