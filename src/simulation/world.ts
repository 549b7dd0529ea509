import { welcomeHuman } from '../economy/attention/prompt-slot.ts';
import type { Economy } from '../economy/economy.ts';
import { AgentHands, Ended } from './agent-hands.ts';
import { KINDS, type KindName } from './agent-kinds.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import { OrchestratorLife } from './orchestrator-life.ts';
import type { RecordedCalls } from './recorded-calls.ts';
import type { Trial } from './trial.ts';
import { ask, callModel } from './service-desk.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { SimulatedEngine, type Container, type Exit } from './simulated-engine.ts';
import { SimulatedHuman } from './simulated-human.ts';
import { SimulatedOperator, type KnownAgent } from './simulated-operator.ts';

export interface WorldOptions {
  /** With the auditor behind its store; its clock is the world's. */
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly trial: Trial;
  /** Answers to calls of models; undefined where they are made up. */
  readonly recorded: RecordedCalls | undefined;
  /** All that were ever made, in the order in which they were. */
  readonly agents: () => readonly KnownAgent[];
  /** Whether an execution is committed as running. */
  readonly isRunning: (executionId: string) => boolean;
  /** Told of what only a broken program can bring about. */
  readonly onFinding: (rule: string, detail: string) => void;
}

const DAY_MS = 86_400_000;
const RESTART_MS = [10, 8000] as const;
/** A model takes so long to answer. */
const ANSWER_MS = [5, 4000] as const;
const OUTAGE_MS = [500, 15_000] as const;
/** More than can run at once, and than can't be removed at their time before the next start removes them. */
const CONTAINERS_MAX = 40;
const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** Everything around the orchestrator: the engine, programs, the human, the operator, and what befalls them. */
export class World {
  readonly engine: SimulatedEngine;
  readonly #options: WorldOptions;
  readonly #human: SimulatedHuman;
  readonly #operator: SimulatedOperator;
  readonly #lifeDice: Dice;
  readonly #chance: Dice;
  #life: OrchestratorLife | undefined;
  #isQuiet = false;
  readonly #unserved = new Set<string>();
  lives = 0;

  constructor(options: WorldOptions) {
    const { dice, economy, trial } = options;
    this.#options = options;
    this.#lifeDice = dice.fork('engine calls');
    this.#chance = dice.fork('world');
    this.engine = new SimulatedEngine(dice.fork('usage'), {
      mayGo: options.isRunning,
      onGo: (container) => void this.#runProgram(container),
      onFinding: options.onFinding,
    });
    this.#human = new SimulatedHuman(economy, dice.fork('human'));
    this.#operator = new SimulatedOperator(economy, dice.fork('operator'), trial, options.agents);
  }

  begin(): void {
    this.#operator.populate();
    this.#startLife();
    this.#often();
    this.#eachCycle();
  }

  /** From now on agents and the operator want nothing more, the human answers, and nothing goes wrong. */
  quieten(): void {
    this.#isQuiet = true;
    this.#options.faults.stop();
    this.engine.isUp = true;
    welcomeHuman(this.#options.economy);
    this.#operator.rest();
  }

  /** One Ctrl-C; the operator starts the program again. */
  interrupt(): void {
    this.#life?.interrupt();
  }

  /** Ends the present life as a kill does. */
  end(): void {
    this.#life?.fuse.blow('the end');
  }

  /** Whether it ended by its own error or its wall time while no orchestrator lived. */
  endedUnserved(executionId: string): boolean {
    return this.#unserved.has(executionId);
  }

  #startLife(): void {
    const { economy, clock, faults, recorded, onFinding } = this.#options;
    this.lives++;
    this.#life = new OrchestratorLife({
      ...{ economy, clock, faults, recorded, engine: this.engine, dice: this.#lifeDice },
      headless: this.#chance.chance(0.5),
      onFinding,
      onEnd: () => {
        if (faults.strikes('reboot')) this.engine.reboot();
        this.engine.loseStreams();
        clock.after(this.#chance.whole(...RESTART_MS), () => this.#startLife());
      },
    });
    this.#life.start();
  }

  /** A few times in each cycle. */
  #often(): void {
    const { clock } = this.#options;
    const dice = this.#chance;
    if (this.#isQuiet) this.#human.lookWell();
    else {
      this.#human.look();
      this.#operator.look();
    }
    clock.after(this.#cycleMs * (0.1 + 0.8 * dice.fraction()), () => this.#often());
  }

  #eachCycle(): void {
    const { clock, faults } = this.#options;
    const dice = this.#chance;
    if (faults.strikes('engine_down') && this.engine.isUp) {
      this.engine.isUp = false;
      clock.after(dice.whole(...OUTAGE_MS), () => {
        this.engine.isUp = true;
      });
    }
    const { size } = this.engine.containers;
    if (size > CONTAINERS_MAX) this.#options.onFinding('what has ended is cleaned up', `${size} containers stand`);
    if (faults.strikes('interrupted')) this.interrupt();
    if (faults.strikes('clock_jumps')) clock.jump(dice.pick([-DAY_MS, DAY_MS, -3_600_000, 1000]));
    clock.after(this.#cycleMs, () => this.#eachCycle());
  }

  get #cycleMs(): number {
    return this.#options.trial.config.market.cycle_seconds * 1000;
  }

  async #runProgram(container: Container): Promise<void> {
    const exit = await this.#program(container);
    if (!exit) return;
    const isOwnError = exit.cause === 'wall_budget' || (exit.cause === 'exited' && exit.exitCode !== 0);
    if (isOwnError && container.phase === 'running' && this.#life?.over) this.#unserved.add(container.executionId);
    this.engine.end(container, exit);
  }

  /** Undefined where it was ended from outside. */
  async #program(container: Container): Promise<Exit | undefined> {
    const { clock, dice, faults, agents, trial, onFinding } = this.#options;
    const own = dice.fork(container.executionId);
    const hands = new AgentHands({
      container,
      dice: own,
      sleep: (milliseconds) => clock.sleep(milliseconds),
      ask: (from, request) => ask(this.#life, faults, from, request),
      call: (from, its) =>
        callModel(this.#life, faults, from, { dice: its, sleep: () => clock.sleep(its.whole(...ANSWER_MS)) }),
      neighbour: (self) => {
        const others = agents().filter(({ id, status }) => id !== self && status !== 'dead');
        return others.length === 0 ? undefined : own.pick(others).id;
      },
      mayBreed: () => agents().length < trial.agentsMax,
    });
    try {
      if (this.#isQuiet) await hands.work(1, 500);
      else await KINDS[kindOf(dice, container.agentId)](hands);
      return { cause: 'exited', exitCode: 0 };
    } catch (error) {
      if (error instanceof Ended) return error.exit;
      onFinding('programs see a sound service', error instanceof Error ? error.message : String(error));
      return { cause: 'exited', exitCode: 1 };
    }
  }
}

/** A program stays what it is for all its lives. */
function kindOf(dice: Dice, agentId: string): KindName {
  return dice.fork(`kind of ${agentId}`).pick(KIND_NAMES);
}
