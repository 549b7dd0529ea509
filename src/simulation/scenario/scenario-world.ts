import { micro, toCredits } from '../../domain/credits.ts';
import { RESOURCES, type BundleView } from '../../domain/resources.ts';
import { bootstrapAgent } from '../../economy/agents/bootstrap-agent.ts';
import type { Economy } from '../../economy/economy.ts';
import { spawnFee } from '../../economy/agents/spawn-agent.ts';
import { leastEndowment } from '../../economy/views/market-view.ts';
import { AgentHands, Ended } from '../agent-hands.ts';
import type { Dice } from '../dice.ts';
import { Faults } from '../faults.ts';
import { OrchestratorLife } from '../orchestrator-life.ts';
import { ceilCredits } from '../prices.ts';
import { ask } from '../service-desk.ts';
import type { SimulatedClock } from '../simulated-clock.ts';
import { SimulatedEngine, type Container, type Exit } from '../simulated-engine.ts';
import { Residents, type Resident } from './residents.ts';
import { IdleWatch } from './humans/idle-watch.ts';
import { humansOf } from './humans/humans-of.ts';
import { ScenarioHumans } from './humans/scenario-humans.ts';
import type { GivenAnswer } from './humans/marks-file.ts';
import type { Group, Scenario, Settings } from './scenario-schema.ts';
import { STRATEGIES } from './strategies/strategies.ts';
import type { Self } from './strategies/strategy.ts';

export interface ScenarioWorldOptions {
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly scenario: Scenario;
  readonly marks: ReadonlyMap<string, readonly GivenAnswer[]>;
}

type PricesView = Readonly<Record<keyof BundleView, { readonly price: number }>>;

const HOUR_MS = 3_600_000;
const FILES = [{ path: 'main.py', content: Buffer.from('pass\n'), executable: false }];

/** Everything around the orchestrator of a scenario: an engine that never fails, the residents, their humans, and events. */
export class ScenarioWorld {
  readonly residents: Residents;
  readonly humans: ScenarioHumans;
  readonly idleWatch: IdleWatch | undefined;
  readonly #options: ScenarioWorldOptions;
  readonly #faults: Faults;
  readonly #engine: SimulatedEngine;
  readonly #life: OrchestratorLife;
  readonly #startPrices: PricesView;
  #demand = 1;
  #crashShare = 0;
  /** What ended the world before its time. */
  broken: string | undefined;

  constructor(options: ScenarioWorldOptions) {
    const { economy, clock, dice, scenario } = options;
    this.#options = options;
    this.#faults = new Faults(dice.fork('faults'));
    this.#faults.stop();
    const note = (detail: string) => {
      this.broken ??= detail;
    };
    this.residents = new Residents(economy, scenario);
    this.#engine = new SimulatedEngine(dice.fork('usage'), {
      mayGo: () => true,
      onGo: (container) => void this.#runProgram(container),
      onFinding: (rule, detail) => note(`${rule}: ${detail}`),
    });
    this.#life = new OrchestratorLife({
      ...{ economy, clock, engine: this.#engine, faults: this.#faults, dice: dice.fork('engine calls') },
      headless: true,
      onFinding: (rule, detail) => note(`${rule}: ${detail}`),
      onEnd: (how) => note(`the run ended: ${how}`),
    });
    const { startPrices } = economy.derived;
    this.#startPrices = Object.fromEntries(
      RESOURCES.map((name) => [name, { price: toCredits(startPrices[name]) }]),
    ) as PricesView;
    const hours = humansOf(scenario).map(([, its]) => its.hours);
    if (hours.length > 0) this.idleWatch = new IdleWatch({ economy, clock, hours, residents: this.residents });
    this.humans = new ScenarioHumans({ ...options, residents: this.residents });
  }

  begin(): void {
    const { clock, scenario } = this.#options;
    for (const [name, group] of Object.entries(scenario.population)) {
      if (group.arrives_hours === 0) this.#settle(name, group);
      else clock.after(group.arrives_hours * HOUR_MS, () => this.#settle(name, group));
    }
    for (const event of scenario.events)
      clock.after(event.at_hours * HOUR_MS, () => {
        this.#demand = event.demand ?? this.#demand;
        this.#crashShare = event.crash_share ?? this.#crashShare;
      });
    this.humans.begin();
    this.idleWatch?.begin();
    this.#life.start();
  }

  end(): void {
    this.#life.fuse.blow('the end');
  }

  /** Makes the agents of a group. */
  #settle(name: string, { count, credits }: Group): void {
    for (let number = 1; number <= count; number++) {
      const made = bootstrapAgent(this.#options.economy, {
        ...{ id: `${name}-${number}`, files: FILES, credits: micro(Math.round(credits * 1e6)) },
        bundle: { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 },
      });
      if (!made.ok) this.broken ??= `${name}-${number} can't be made: ${made.message}`;
    }
  }

  async #runProgram(container: Container): Promise<void> {
    const exit = await this.#program(container);
    if (exit) this.#engine.end(container, exit);
  }

  /** Undefined where it was ended from outside. */
  async #program(container: Container): Promise<Exit | undefined> {
    const { clock, dice } = this.#options;
    const hands = new AgentHands({
      container,
      dice: dice.fork(container.executionId),
      sleep: (milliseconds) => clock.sleep(milliseconds),
      ask: (from, request) => ask(this.#life, this.#faults, from, request),
      // Their models are free of charge to the market, and answer at once.
      call: () => Promise.resolve(true),
      neighbour: () => undefined,
      mayBreed: () => true,
    });
    const resident = this.residents.get(container.agentId);
    const { strategy, settings } = resident.traits;
    try {
      if (lacks(container, settings, hands.dice)) return { cause: 'cpu_budget', exitCode: null };
      if (hands.dice.chance(Math.max(settings.crash_share, this.#crashShare))) return { cause: 'exited', exitCode: 1 };
      await STRATEGIES[strategy](hands, this.#selfOf(resident, hands));
      return { cause: 'exited', exitCode: 0 };
    } catch (error) {
      if (error instanceof Ended) return error.exit;
      this.broken ??= `${container.agentId} (${strategy}): ${error instanceof Error ? error.message : String(error)}`;
      return { cause: 'exited', exitCode: 1 };
    }
  }

  #selfOf({ traits, memory, siblings }: Resident, { handshake }: AgentHands): Self {
    const { economy, scenario } = this.#options;
    return {
      ...{ settings: traits.settings, memory, siblings, demand: this.#demand },
      human: humansOf(scenario)[0]?.[1] ?? { repetition: 0, recovery_hours: 1 },
      purse: { available: handshake.credits.available },
      cyclesPerHour: 3600 / economy.config.market.cycle_seconds,
      mechanism: economy.config.market.mechanism,
      costAtStart: (bundle) => ceilCredits(bundle, this.#startPrices),
      spawnFee: () => toCredits(spawnFee(economy, handshake.agent_id)),
      leastEndowment: () => toCredits(leastEndowment(economy)),
    };
  }
}

/** Draws what this execution needs, where its group says what that is; true where it has less. */
function lacks(container: Container, { needs, bundle }: Settings, dice: Dice): boolean {
  if (!needs) return false;
  const [low, high] = needs;
  const share = low + (high - low) * dice.fork('need').fraction();
  const need = {
    cpuMs: Math.max(1, Math.round(bundle.cpu_seconds * 1000 * share)),
    memoryMb: Math.max(1, Math.round(bundle.memory_mb * share)),
  };
  container.need = need;
  return need.cpuMs > container.bundle.cpuMs || need.memoryMb > container.bundle.memoryMb;
}
