import type { MarketEvent } from '../domain/market-event.ts';
import { changeMark } from '../economy/snapshot.ts';
import { stateOf } from '../economy/views/status-view.ts';
import { openPrompt } from '../economy/views/prompt-view.ts';
import type { Economy } from '../economy/economy.ts';
import { LiveEconomy } from './live-economy.ts';
import { RecentEvents, type RecentEvent } from './recent-events.ts';
import type { LiveView } from './views/live-view.ts';
import { runningExecutions, type RunningExecution } from './views/running-executions.ts';

/** The state of the moment, with what happened lately and what runs on which budget. */
export interface WatchedEconomy extends LiveView {
  readonly executions: readonly RunningExecution[];
  readonly events: readonly RecentEvent[];
  /** Whether the operator's own pause stands; null where no market is open that could be paused. */
  readonly paused_by_operator: boolean | null;
}

const AT_REST = 'nothing runs here: bp-agents run opens the market';

/** What the page shows of the moment, and whether anything has changed since. Looks only when it is asked. */
export class LiveFeed {
  readonly #economy: Economy;
  readonly #live: LiveEconomy;
  readonly #events: RecentEvents;
  #version = 0;
  #mark = '';
  #openPrompt: number | undefined;

  /** Whether the market is open in this process. */
  readonly isRun: boolean;

  constructor(economy: Economy, { isRun = true } = {}) {
    this.#economy = economy;
    this.isRun = isRun;
    this.#live = new LiveEconomy(economy);
    this.#events = new RecentEvents(economy.clock);
  }

  note(event: MarketEvent): void {
    this.#live.note(event);
    this.#events.note(event);
    this.#version++;
  }

  /** Nothing more is launched. */
  stopping(): void {
    this.#live.stopping();
    this.#version++;
  }

  now(): WatchedEconomy {
    const executions = runningExecutions(this.#economy);
    const isPaused = stateOf(this.#economy).operatorPause !== null;
    const now = { ...this.#live.now(), executions, events: this.#events.all(), paused_by_operator: isPaused };
    return this.isRun ? now : { ...now, state: 'paused', paused: AT_REST, notice: AT_REST, paused_by_operator: null };
  }

  /** Another number wherever anything may have changed. Cheap. */
  version(): number {
    const mark = changeMark(this.#economy);
    if (mark !== this.#mark) {
      this.#version++;
      this.#openPrompt = openPrompt(this.#economy)?.id;
    }
    this.#mark = mark;
    return this.#version;
  }

  /** The number of the open prompt, as of the last `version`. */
  openPrompt(): number | undefined {
    return this.#openPrompt;
  }
}
