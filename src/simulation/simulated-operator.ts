import { micro } from '../domain/credits.ts';
import { bootstrapAgent } from '../economy/agents/bootstrap-agent.ts';
import type { Economy } from '../economy/economy.ts';
import { tellAgent, tellAll } from '../economy/agents/tell-agents.ts';
import { closeRequest } from '../economy/requests/close-request.ts';
import { publishRequest } from '../economy/requests/publish-request.ts';
import { endOperatorPause, pauseByOperator } from '../economy/market/operator-pause.ts';
import { stopAgent } from '../economy/agents/stop-agent.ts';
import { stopExecution } from '../economy/executions/stop-execution.ts';
import type { Dice } from './dice.ts';
import type { Trial } from './trial.ts';
import { stateOf } from '../economy/views/status-view.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';

const FILES = [{ path: 'main.py', content: Buffer.from('pass\n'), executable: false }];
const LASTS_MS = [1_000, 600_000] as const;
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
  /** Apart from the other dice, which go on as they would without. */
  readonly #wishes: Dice;
  readonly #pauses: Dice;
  #made = 0;
  #asked = 0;

  constructor(economy: Economy, dice: Dice, trial: Trial, agents: () => readonly KnownAgent[]) {
    this.#economy = economy;
    this.#dice = dice;
    this.#wishes = dice.fork('wishes');
    this.#pauses = dice.fork('pauses');
    this.#trial = trial;
    this.#agents = agents;
  }

  /** The agents of the beginning. */
  populate(): void {
    while (this.#made < this.#trial.population) this.#make(`root-${++this.#made}`);
  }

  look(): void {
    this.#wish();
    this.#pauseOrResume();
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

  /** Wants nothing more. */
  rest(): void {
    endOperatorPause(this.#economy);
  }

  #pauseOrResume(): void {
    if (stateOf(this.#economy).operatorPause !== null) {
      if (this.#pauses.chance(0.15)) endOperatorPause(this.#economy);
    } else if (this.#pauses.chance(0.004)) pauseByOperator(this.#economy, 'for a while');
  }

  /** Asks, closes, and speaks to one or all; what is refused is refused. */
  #wish(): void {
    const [economy, dice] = [this.#economy, this.#wishes];
    if (dice.chance(0.05)) {
      const until = dice.chance(0.5) ? economy.clock.now() + dice.whole(...LASTS_MS) : null;
      if (publishRequest(economy, { text: 'make me something', files: [], until }).ok) this.#asked++;
    }
    if (dice.chance(0.04) && this.#asked > 0)
      closeRequest(economy, dice.whole(1, this.#asked), { answeredBy: dice.chance(0.5) ? dice.whole(1, 9) : null });
    if (dice.chance(0.03)) tellAll(economy, 'hear, all of you');
    if (dice.chance(0.05)) tellAgent(economy, dice.pick(this.#agents()).id, 'well done');
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
