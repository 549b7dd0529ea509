import { add, micro, subtract, toCredits, ZERO, type MicroCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import { flowsBetween, newestMovement, type DayFlow } from '../../economy/views/history-view.ts';
import { ThinSeries, type Point } from './thin-series.ts';

/** What moved on one day or several, and what stood at its end. */
interface BooksPoint extends Point {
  readonly issued: MicroCredits;
  readonly burned: MicroCredits;
  /** For executions, less what was refunded. */
  readonly paid: MicroCredits;
  readonly fees: MicroCredits;
  readonly held: MicroCredits;
}

const ROWS = 5000;
const DAY_MS = 86_400_000;

/** The economy's money day by day. Rows of the ledger never change, so `step` reads what came since. */
export class BooksHistory {
  readonly #economy: Economy;
  readonly #days = new ThinSeries<BooksPoint>({ widthMs: DAY_MS, join });
  #held = ZERO;
  #read = 0;

  constructor(economy: Economy) {
    this.#economy = economy;
  }

  /** Reads on a little. True where nothing is left to be read. */
  step(): boolean {
    const newest = newestMovement(this.#economy);
    const upTo = Math.min(newest, this.#read + ROWS);
    if (upTo > this.#read)
      for (const flow of flowsBetween(this.#economy, { after: this.#read, upTo })) this.#take(flow);
    this.#read = upTo;
    return upTo === newest;
  }

  view() {
    return this.#days.points.map(({ at, issued, burned, paid, fees, held }) => ({
      day: new Date(at).toISOString().slice(0, 10),
      issued: toCredits(issued),
      burned: toCredits(burned),
      paid: toCredits(paid),
      fees: toCredits(fees),
      /** By agents at its end. */
      held: toCredits(held),
    }));
  }

  #take({ day, debit, credit, amount }: DayFlow): void {
    const moved = micro(amount);
    const between = (side: DayFlow['debit']) =>
      credit === side ? moved : debit === side ? subtract(ZERO, moved) : ZERO;
    this.#held = add(this.#held, between('agent'));
    if (debit === 'agent' && credit === 'agent') this.#held = subtract(this.#held, moved);
    this.#days.add({
      at: day * DAY_MS,
      issued: debit === 'issuance' ? moved : ZERO,
      ...{ burned: between('burn'), paid: between('market'), fees: between('fees'), held: this.#held },
    });
  }
}

function join(earlier: BooksPoint, later: BooksPoint): BooksPoint {
  return {
    at: later.at,
    issued: add(earlier.issued, later.issued),
    burned: add(earlier.burned, later.burned),
    paid: add(earlier.paid, later.paid),
    fees: add(earlier.fees, later.fees),
    held: later.held,
  };
}
