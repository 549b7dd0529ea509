import type { MarketEvent } from '../domain/market-event.ts';
import { changeMark } from '../economy/snapshot.ts';
import type { Economy } from '../economy/economy.ts';
import { LiveEconomy } from './live-economy.ts';
import type { LiveView } from './views/live-view.ts';

/** What the page shows of the moment, and whether anything has changed since. Looks only when it is asked. */
export class LiveFeed {
  readonly #economy: Economy;
  readonly #live: LiveEconomy;
  #version = 0;
  #mark = '';

  constructor(economy: Economy) {
    this.#economy = economy;
    this.#live = new LiveEconomy(economy);
  }

  note(event: MarketEvent): void {
    this.#live.note(event);
    this.#version++;
  }

  /** Nothing more is launched. */
  stopping(): void {
    this.#live.stopping();
    this.#version++;
  }

  now(): LiveView {
    return this.#live.now();
  }

  /** Another number wherever anything may have changed. Cheap. */
  version(): number {
    const mark = changeMark(this.#economy);
    if (mark !== this.#mark) this.#version++;
    this.#mark = mark;
    return this.#version;
  }
}
