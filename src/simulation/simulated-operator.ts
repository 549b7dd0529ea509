import { micro } from '../domain/credits.ts';
import { bootstrapAgent } from '../economy/agents/bootstrap-agent.ts';
import type { Economy } from '../economy/economy.ts';
import { stopAgent } from '../economy/agents/stop-agent.ts';
import { stopExecution } from '../economy/executions/stop-execution.ts';
import type { Dice } from './dice.ts';
import type { Trial } from './trial.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';

const FILES = [{ path: 'main.py', content: Buffer.from('pass\n'), executable: false }];
const GRANT_CREDITS = [50, 2000] as const;

/** An agent that was made once. */
export interface KnownAgent {
  readonly id: string;
  readonly status: string;
  readonly stopped: boolean;
}

/** Keeps the economy populated and ends what it doesn't like, from another terminal. */
export class SimulatedOperator {
  readonly #economy: Economy;
  readonly #dice: Dice;
  readonly #trial: Trial;
  readonly #agents: () => readonly KnownAgent[];
  #made = 0;

  constructor(economy: Economy, dice: Dice, trial: Trial, agents: () => readonly KnownAgent[]) {
    this.#economy = economy;
    this.#dice = dice;
    this.#trial = trial;
    this.#agents = agents;
  }

  /** The agents of the beginning. */
  populate(): void {
    while (this.#made < this.#trial.population) this.#make(`root-${++this.#made}`);
  }

  look(): void {
    const dice = this.#dice;
    if (dice.chance(0.1)) this.#replenish();
    if (dice.chance(0.03)) {
      const running = unsettledExecutions(this.#economy);
      if (running.length > 0) stopExecution(this.#economy, dice.pick(running).id);
    }
    if (dice.chance(0.005)) {
      stopAgent(this.#economy, dice.pick(this.#agents()).id);
    }
  }

  /** Makes a new agent, or revives a dead or stopped one where there are enough. */
  #replenish(): void {
    const agents = this.#agents();
    const gone = agents.filter(({ status, stopped }) => status === 'dead' || stopped);
    if (agents.length - gone.length >= this.#trial.population) return;
    if (agents.length < this.#trial.agentsMax) this.#make(`root-${++this.#made}`);
    else if (gone.length > 0) this.#make(this.#dice.pick(gone).id);
  }

  #make(id: string): void {
    const credits = micro(this.#dice.whole(...GRANT_CREDITS) * 1_000_000);
    bootstrapAgent(this.#economy, { id, files: FILES, credits });
  }
}
