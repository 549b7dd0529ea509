import type { MarketEvent } from '../domain/market-event.ts';
import type { Clock } from '../platform/clock.ts';
import { eventLine } from './event-lines.ts';

export interface RecentEvent {
  readonly at: string;
  /** Not sanitised: details may come from agents. */
  readonly text: string;
}

const EVENTS_KEPT = 30;

/** What has happened lately, for who comes later. */
export class RecentEvents {
  readonly #clock: Clock;
  readonly #events: RecentEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(event: MarketEvent): void {
    const line = eventLine(event);
    if (!line) return;
    this.#events.push({ at: new Date(this.#clock.now()).toISOString(), text: line.text });
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
  }

  /** The newest first. */
  all(): readonly RecentEvent[] {
    return this.#events.toReversed();
  }
}
