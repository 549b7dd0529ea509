import { micro, ZERO, type MicroCredits } from '../domain/credits.ts';
import type { Prices, Resource } from '../domain/resources.ts';
import type { Database } from './database.ts';

export interface MarketRow {
  readonly resource: Resource;
  readonly price: number;
  /** Of the demand rule; null before the first cycle. */
  readonly smoothedDemand: number | null;
  /** Of the last cycle, 0 to 1. */
  readonly utilisation: number;
}

export type Markets = ReturnType<typeof marketsTable>;

export function marketsTable(database: Database) {
  const all = database.prepare<[], MarketRow>(
    'SELECT resource, price, smoothed_demand AS smoothedDemand, utilisation FROM markets',
  );
  const prices = database.prepare<[], [Resource, number]>('SELECT resource, price FROM markets').raw();
  const put = database.prepare(
    `INSERT INTO markets (resource, price, smoothed_demand, utilisation)
     VALUES (@resource, @price, @smoothedDemand, @utilisation)
     ON CONFLICT (resource) DO UPDATE SET price = @price, smoothed_demand = @smoothedDemand, utilisation = @utilisation`,
  );

  return {
    /** One row per resource; empty before the economy was opened for the first time. */
    all(): Partial<Record<Resource, MarketRow>> {
      return Object.fromEntries(all.all().map((row) => [row.resource, row]));
    },
    prices(): Prices {
      const found: Record<Resource, MicroCredits> = {
        cpu_seconds: ZERO,
        memory_mb: ZERO,
        tokens: ZERO,
        attention: ZERO,
      };
      for (const [resource, price] of prices.all()) found[resource] = micro(price);
      return found;
    },
    put: (row: MarketRow): void => void put.run(row),
  };
}
