import { hasBudget } from '../../economy/attention/attention-budget.ts';
import { auditLedger } from '../../economy/audit/audit-ledger.ts';
import { fitPrices } from '../../economy/market/fit-prices.ts';
import { openPassingEconomy } from '../../economy/home/open-home.ts';
import { RESOURCES } from '../../domain/resources.ts';
import { closeEconomy, type Economy } from '../../economy/economy.ts';
import { BpError } from '../../platform/errors.ts';
import { Dice } from '../dice.ts';
import { measure, type MeasureOptions, type Measures } from '../measures/measures.ts';
import { paths, type PathPoint } from '../measures/paths.ts';
import { SimulatedClock } from '../simulated-clock.ts';
import type { PreparedScenario } from './scenario-file.ts';
import { bestMarks } from './humans/best-choice.ts';
import { candidates } from './humans/candidates.ts';
import { humansOf } from './humans/humans-of.ts';
import { diceOf } from './humans/scenario-humans.ts';
import { ScenarioWorld } from './scenario-world.ts';
import { STORE } from '../../economy/internal/store-key.ts';
import { stateOf } from '../../economy/views/status-view.ts';

export interface ScenarioRunOptions extends Pick<MeasureOptions, 'welfare'> {
  readonly seed: string;
  readonly days: number;
  /** Told after each simulated day. */
  readonly onDay?: (day: number) => void;
}

export interface ScenarioRun {
  readonly seed: string;
  readonly days: number;
  readonly cycles: number;
  readonly measures: Measures;
  readonly paths: readonly PathPoint[];
  /** The chain's newest hash: the same for the same scenario, seed and days, always. */
  readonly head: string;
}

const DAY_MS = 86_400_000;
const MACHINE = { cores: 2, memoryMb: 4000 };

/**
 * Runs a scenario once: the real scheduler, ledger, economy and orchestrator on a simulated clock, without faults. The
 * ledger is audited in full at the end. Throws `BpError` `scenario_broken` where anything breaks.
 */
export async function runScenario(
  { name, scenario, config, marks }: PreparedScenario,
  { seed, days, welfare, onDay = () => undefined }: ScenarioRunOptions,
): Promise<ScenarioRun> {
  const clock = new SimulatedClock();
  const dice = new Dice(`${name}/${seed}`);
  const economy = openPassingEconomy({ config, machine: MACHINE, clock, random: dice.fork('tokens') });
  try {
    fitPrices(economy);
    raisePrices(economy, scenario.prices_at_start);
    const began = clock.now();
    const world = new ScenarioWorld({ economy, clock, dice, scenario, marks });
    world.begin();
    await pass(clock, days, { onDay, isBroken: () => world.broken !== undefined });
    const { broken: why } = world;
    world.end();
    if (why !== undefined) throw broken(name, seed, why);
    const { ok, first_difference: difference, head } = auditLedger(economy);
    if (!ok) throw broken(name, seed, `audit: ${difference}`);
    const endMs = days * DAY_MS;
    const [only, ...others] = humansOf(scenario);
    const read = await measure(economy, {
      presence: world.humans.presence(endMs).map(([from, to]) => [began + from, began + to]),
      groupOf: (agentId) => world.residents.get(agentId).group,
      qualityOf: (agentId) => world.residents.get(agentId).quality,
      // What it would be before several, or by marks that somebody gave, nobody knows.
      bestMarks:
        only && others.length === 0 && !only[1].marks
          ? bestMarks({
              ...{ traits: only[1], endMs, newDice: () => diceOf(dice, only[0]) },
              candidates: candidates(economy, world.residents, began),
            })
          : undefined,
      welfare,
    });
    const measures = {
      ...read,
      ...(world.idleWatch && { 'human.idle_payable': world.idleWatch.idleShare }),
      ...world.humans.measures(endMs),
    };
    return { seed, days, cycles: stateOf(economy).cycle, measures, paths: paths(economy), head };
  } finally {
    closeEconomy(economy);
  }
}

/** Lets one thing happen after the other. Microtasks are done before the next one begins. */
async function pass(
  clock: SimulatedClock,
  days: number,
  { onDay, isBroken }: { readonly onDay: (day: number) => void; readonly isBroken: () => boolean },
): Promise<void> {
  let told = 0;
  while (clock.monotonic() < days * DAY_MS && !isBroken() && clock.advance()) {
    await new Promise(setImmediate);
    const day = Math.floor(clock.monotonic() / DAY_MS);
    if (day > told) onDay((told = day));
  }
}

/** That of attention only where it moves. */
function raisePrices({ [STORE]: store, derived, config }: Economy, times: number): void {
  const rows = store.markets.all();
  for (const resource of RESOURCES) {
    const row = rows[resource];
    if (row && (resource !== 'attention' || hasBudget(config)))
      store.markets.put({ ...row, price: Math.round(derived.startPrices[resource] * times) });
  }
}

function broken(name: string, seed: string, detail: string): BpError {
  return new BpError('scenario_broken', `scenario ${name}, seed ${seed}: ${detail}`);
}
