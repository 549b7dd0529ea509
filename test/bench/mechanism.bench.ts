/**
 * How much of what could be had the market's mechanism reaches, against the exact optimum (HiGHS), and how fast it
 * clears 10,000 bids against critical values found the naive way. `npm run bench:mechanism`.
 *
 * With names of OR-Library files, such as `npm run bench:mechanism -- mknapcb1.txt`, these instances instead, against
 * the best known value of their header. `--write DIR` makes nine such files, in place of those that can't be had.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { allocate } from '../../src/domain/allocation-scheduler.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { bestValue, loadSolver } from '../../src/simulation/measures/optimum.ts';
import { mean } from '../../src/simulation/measures/statistics.ts';
import { adaptedMarket, CYCLES_TO_SETTLE, densityOutcome, marketShaped } from '../helpers/adapted-market.ts';
import { chuBeasley, orLibrary, orLibraryText, type KnapsackInstance } from '../helpers/knapsack-instances.ts';
import { bestFound, boundOf, orBound, referenceOf, type Reference } from '../helpers/knapsack-reference.ts';
import { compareClearing } from './clearing-domain.bench.ts';

const TIGHTNESSES = [0.25, 0.5, 0.75];
/** As the nine files of the OR-Library have them, cb1 to cb9. */
const SHAPES = [5, 10, 30].flatMap((constraints) => [100, 250, 500].map((items) => ({ items, constraints })));
const TELL_MS = 5000;
const NAMES = { known: 'best known values', optimum: 'exact optima', bound: 'bounds of the relaxation' };

interface Share {
  readonly reached: number;
  /** With the best of several orders, which the market doesn't look for. */
  readonly bestOfOrders?: number;
  readonly kind: Reference['kind'];
  /** To what nothing can pass. */
  readonly ofBound?: number;
}

const { values: options, positionals: files } = parseArgs({
  options: {
    // How many are generated for each tightness.
    instances: { type: 'string' },
    // The most that the solver looks for one optimum.
    seconds: { type: 'string' },
    write: { type: 'string' },
  },
  allowPositionals: true,
});
const found = await loadSolver();
if (!found) throw new Error('highs is not installed: npm install');
const solver = found;
const seconds = numberOf('seconds', options.seconds ?? '10');
const count = numberOf('instances', options.instances ?? (options.write === undefined ? '30' : '10'));

if (options.write !== undefined) writeFiles(inCaller(options.write));
else if (files.length > 0) reportFiles();
else {
  for (const tightness of TIGHTNESSES)
    report(`markets of 60 bids, tightness ${tightness}`, dice('market', tightness), (it) => marketShare(it, tightness));
  for (const tightness of TIGHTNESSES)
    report(`Chu–Beasley 5 × 100, tightness ${tightness}`, dice('chu-beasley', tightness), (it) =>
      knapsackShare(chuBeasley(() => it.fraction(), { tightness })),
    );
  compareClearing();
}

function reportFiles(): void {
  const all = files.flatMap((file) => report(file, orLibrary(readFileSync(inCaller(file), 'utf8')), knapsackShare));
  if (files.length > 1) conclude(`${files.length} files`, all);
}

/** Ten instances of each tightness by default, as in the library, with the best that the solver found in the time. */
function writeFiles(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [place, shape] of SHAPES.entries()) {
    const name = `cb${place + 1}.txt`;
    const drawn = TIGHTNESSES.flatMap((tightness) =>
      dice(name, tightness).map((it) => chuBeasley(() => it.fraction(), { ...shape, tightness })),
    );
    const known = withProgress(name, drawn, (instance) => {
      const best = Math.max(bestFound(solver, instance, seconds) ?? 0, densityOutcome(instance).bestOfOrders);
      return { ...instance, best };
    });
    writeFileSync(join(directory, name), orLibraryText(known));
    console.log(`${join(directory, name)}: ${known.length} instances of ${shape.constraints} × ${shape.items}`);
  }
}

function marketShare(it: Dice, tightness: number): Share {
  const { bids, supply } = marketShaped(() => it.fraction(), { tightness });
  const input = adaptedMarket(bids, supply);
  const won = new Set(allocate(input).winners.map(({ bidId }) => bidId));
  const value = input.bids.reduce((sum, { id, amount }) => sum + (won.has(id) ? amount : 0), 0);
  const best = orBound((how) => bestValue(solver, bids, supply, how), seconds);
  return { reached: value / best.value, kind: best.kind };
}

function knapsackShare(instance: KnapsackInstance): Share {
  const { value, bestOfOrders } = densityOutcome(instance, CYCLES_TO_SETTLE);
  const best = referenceOf(solver, instance, seconds);
  const ofBound = value / boundOf(solver, instance);
  return { reached: value / best.value, bestOfOrders: bestOfOrders / best.value, kind: best.kind, ofBound };
}

function report<T>(name: string, instances: readonly T[], shareOf: (instance: T) => Share): readonly Share[] {
  const shares = withProgress(name, instances, shareOf);
  conclude(name, shares);
  return shares;
}

function conclude(name: string, shares: readonly Share[]): void {
  const gaps = shares.map(({ reached }) => 1 - reached);
  const others = shares.flatMap(({ bestOfOrders }) => (bestOfOrders === undefined ? [] : [1 - bestOfOrders]));
  const bounds = shares.flatMap(({ ofBound }) => (ofBound === undefined ? [] : [1 - ofBound]));
  const kinds = (['known', 'optimum', 'bound'] as const).flatMap((kind) => {
    const of = shares.filter((share) => share.kind === kind).length;
    return of === 0 ? [] : [`${of} ${NAMES[kind]}`];
  });
  console.log(
    `${name}: ${mean(shares.map(({ reached }) => reached)).toFixed(4)}; gap ${percent(mean(gaps))} on average, ` +
      `${percent(Math.min(...gaps))} to ${percent(Math.max(...gaps))}, to ${kinds.join(', ')}` +
      (bounds.length === 0 ? '' : `, ${percent(mean(bounds))} to the bound`) +
      (others.length === 0 ? '' : `; with the best of several orders ${percent(mean(others))}`),
  );
}

/** Tells on stderr how far it is, every few seconds. */
function withProgress<T, R>(name: string, items: readonly T[], work: (item: T) => R): readonly R[] {
  let told = performance.now();
  return items.map((item, place) => {
    const result = work(item);
    if (performance.now() - told > TELL_MS) {
      told = performance.now();
      console.error(`${name}: ${place + 1} of ${items.length} done`);
    }
    return result;
  });
}

function dice(name: string, tightness: number): readonly Dice[] {
  return Array.from({ length: count }, (_, number) => new Dice(`${name}/${tightness}/${number}`));
}

/** npm runs in the folder of the package, whoever called it where. */
function inCaller(file: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', file);
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${option} ${text}: it must be a number over 0`);
  return value;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
