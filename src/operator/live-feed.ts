import type { MarketEvent } from '../domain/market-event.ts';
import { changeMark } from '../economy/snapshot.ts';
import type { Economy } from '../economy/economy.ts';
import { LiveEconomy } from './live-economy.ts';
import { RecentEvents, type RecentEvent } from './recent-events.ts';
import type { LiveView } from './views/live-view.ts';
import { runningExecutions, type RunningExecution } from './views/running-executions.ts';

/** The state of the moment, with what happened lately and what runs on which budget. */
export interface WatchedEconomy extends LiveView {
  readonly executions: readonly RunningExecution[];
  readonly events: readonly RecentEvent[];
}

/** What the page shows of the moment, and whether anything has changed since. Looks only when it is asked. */
export class LiveFeed {
  readonly #economy: Economy;
  readonly #live: LiveEconomy;
  readonly #events: RecentEvents;
  #version = 0;
  #mark = '';

  constructor(economy: Economy) {
    this.#economy = economy;
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
    return { ...this.#live.now(), executions, events: this.#events.all() };
  }

  /** Another number wherever anything may have changed. Cheap. */
  version(): number {
    const mark = changeMark(this.#economy);
    if (mark !== this.#mark) this.#version++;
    this.#mark = mark;
    return this.#version;
  }
}
