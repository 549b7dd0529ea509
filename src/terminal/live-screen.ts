import type { MarketEvent } from '../domain/market-event.ts';
import type { LiveEconomy } from '../operator/live-economy.ts';
import { eventLine } from '../operator/event-lines.ts';
import type { Terminal } from './view.ts';

/** Events that the live view can choose from. */
const EVENTS_KEPT = 20;

/** Puts a running economy, and what happens in it, on a terminal. */
export class LiveScreen {
  readonly #live: LiveEconomy;
  readonly #terminal: Terminal;
  readonly #lines: string[] = [];

  constructor(live: LiveEconomy, terminal: Terminal) {
    this.#live = live;
    this.#terminal = terminal;
  }

  /** Throws where the database can't be read; the next `refresh` shows what this one could not. */
  note(event: MarketEvent): void {
    this.#live.note(event);
    const line = eventLine(event);
    if (line) this.#say(line.text, line.stays);
    if (event.kind === 'cycle') this.refresh();
  }

  /** One line that stays. */
  say(text: string): void {
    this.#say(text, true);
  }

  /** Shows the state of things where it may have changed since the last time. */
  refresh(): void {
    // A line for each cycle begins with the first one.
    if (!this.#terminal.interactive && !this.#live.hasCleared) return;
    const view = this.#live.changed();
    if (view) this.#terminal.show({ ...view, events: [...this.#lines] });
  }

  #say(text: string, stays: boolean): void {
    // Without a live view every line stays.
    if (stays || !this.#terminal.interactive) this.#terminal.event(text);
    else this.#lines.push(text);
    if (this.#lines.length > EVENTS_KEPT) this.#lines.shift();
  }
}
