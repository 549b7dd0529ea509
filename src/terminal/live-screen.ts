import type { MarketEvent } from '../domain/market-event.ts';
import type { LiveEconomy } from '../operator/live-economy.ts';
import { eventLine, type News } from '../operator/event-lines.ts';
import type { Terminal } from './view.ts';

/** Puts a running economy, and what happens in it, on a terminal. */
export class LiveScreen {
  readonly #live: LiveEconomy;
  readonly #terminal: Terminal;

  constructor(live: LiveEconomy, terminal: Terminal) {
    this.#live = live;
    this.#terminal = terminal;
  }

  /** Throws where the database can't be read; the next `refresh` shows what this one could not. */
  note(event: MarketEvent): void {
    this.#live.note(event);
    const line = eventLine(event);
    if (line) this.#terminal.event(line.text, line);
    if (event.kind === 'cycle') this.refresh();
  }

  say(text: string, news?: News): void {
    this.#terminal.event(text, news);
  }

  /** Shows the state of things where it may have changed since the last time. */
  refresh(): void {
    // A line for each cycle begins with the first one.
    if (!this.#terminal.interactive && !this.#live.hasCleared) return;
    const view = this.#live.changed();
    if (view) this.#terminal.show(view);
  }
}
