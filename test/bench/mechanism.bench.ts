/**
 * How much of what could be had the market's mechanism reaches, against the exact optimum (HiGHS), and how fast it
 * clears 10,000 bids against critical values found the naive way. `npm run bench:mechanism`; with names of OR-Library
 * files, such as `npm run bench:mechanism -- mknapcb1.txt`, these instances instead of generated ones. `--instances N`
 * sets how many are generated for each tightness.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { allocate } from '../../src/domain/allocation-scheduler.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { solveKnapsack } from '../../src/simulation/measures/knapsack.ts';
import { bestValue, loadSolver } from '../../src/simulation/measures/optimum.ts';
import { mean } from '../../src/simulation/measures/statistics.ts';
import { adaptedMarket, densityValue, marketShaped } from '../helpers/adapted-market.ts';
import { chuBeasley, orLibrary, type KnapsackInstance } from '../helpers/knapsack-instances.ts';
import { compareClearing } from './clearing-domain.bench.ts';

const TIGHTNESSES = [0.25, 0.5, 0.75];

const { values: options, positionals: files } = parseArgs({
  options: { instances: { type: 'string', default: '30' } },
  allowPositionals: true,
});
const count = Number(options.instances);
const found = await loadSolver();
if (!found) throw new Error('highs is not installed: npm install');
const solver = found;

if (files.length > 0)
  for (const file of files)
    report(file, orLibrary(readFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), 'utf8')).map(knapsackShare));
else {
  for (const tightness of TIGHTNESSES)
    report(
      `markets of 60 bids, tightness ${tightness}`,
      dice('market', tightness).map((it) => marketShare(it, tightness)),
    );
  for (const tightness of TIGHTNESSES)
    report(
      `Chu–Beasley 5 × 100, tightness ${tightness}`,
      dice('chu-beasley', tightness).map((it) => knapsackShare(chuBeasley(() => it.fraction(), { tightness }))),
    );
  compareClearing();
}

function dice(name: string, tightness: number): readonly Dice[] {
  return Array.from({ length: count }, (_, number) => new Dice(`${name}/${tightness}/${number}`));
}

function marketShare(it: Dice, tightness: number): number {
  const { bids, supply } = marketShaped(() => it.fraction(), { tightness });
  const input = adaptedMarket(bids, supply);
  const won = new Set(allocate(input).winners.map(({ bidId }) => bidId));
  const value = input.bids.reduce((sum, { id, amount }) => sum + (won.has(id) ? amount : 0), 0);
  return value / bestValue(solver, bids, supply)!;
}

function knapsackShare(instance: KnapsackInstance): number {
  const constraints = instance.weights.map((terms, row) => ({ terms, most: instance.capacities[row]! }));
  return densityValue(instance) / solveKnapsack(solver, instance.values, constraints)!;
}

function report(name: string, shares: readonly number[]): void {
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) => share.toFixed(4));
  console.log(
    `${name}: ${mean(shares).toFixed(4)} of the exact optimum (${shares.length} instances, ${least} to ${most})`,
  );
}
