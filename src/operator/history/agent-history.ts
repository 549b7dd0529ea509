import { add, subtract, toCredits, ZERO, type MicroCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import {
  marksAfter,
  movementsAfter,
  receiptsAfter,
  type Movement,
  type ReceiptRow,
} from '../../economy/views/history-view.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { addMarks, marksPoint, meanMarks, type MarksPoint } from './marks-point.ts';
import { movedFor } from './moved-for.ts';
import { addSums, meanReceipt, sumsOfReceipt, type ReceiptSums } from './receipt-sums.ts';
import { ThinSeries, type Point } from './thin-series.ts';

interface BalancePoint extends Point {
  readonly balance: MicroCredits;
}

const ROWS = 500;

/**
 * What one agent came to over time. Its records are only ever added to, so sums that were made stay, and `step` reads
 * what came since. It takes the same memory however many records there are.
 */
export class AgentHistory {
  readonly #economy: Economy;
  readonly #agentId: string;
  readonly #balances = new ThinSeries<BalancePoint>({ join: (_, later) => later });
  readonly #marks = new ThinSeries<MarksPoint>({ join: addMarks });
  readonly #receipts = new ThinSeries<ReceiptSums & Point>({
    join: (earlier, later) => ({ at: later.at, ...addSums(earlier, later) }),
  });
  #balance = ZERO;
  #earned = ZERO;
  #paid = ZERO;
  #executions = 0;
  /** The one that goes on, where one does. */
  #running = 0;
  #cpuMs = 0;
  #tokens = 0;
  readonly #read = { movement: 0, mark: 0, execution: 0 };

  constructor(economy: Economy, agentId: string) {
    this.#economy = economy;
    this.#agentId = agentId;
  }

  /** Reads on a little. True where nothing is left to be read. */
  step(): boolean {
    return snapshot(this.#economy, () =>
      [this.#readMovements(), this.#readMarks(), this.#readReceipts()].every(Boolean),
    );
  }

  /** What its executions came to. One that still runs is counted, but not what it has used so far. */
  get totals() {
    return {
      ...{ executions: this.#executions + this.#running, cpuMs: this.#cpuMs, tokens: this.#tokens },
      ...{ paid: this.#paid, earned: this.#earned },
    };
  }

  view() {
    return {
      /** Credits, held for bids or not. */
      balance: this.#balances.points.map(({ at, balance }) => ({ at: iso(at), balance: toCredits(balance) })),
      /** The mean of the prompts that one point stands for. */
      marks: this.#marks.points.map(meanMarks),
      /** The mean of the executions that one point stands for. */
      receipts: this.#receipts.points.map(({ at, ...sums }) => ({ at: iso(at), ...meanReceipt(sums) })),
    };
  }

  #readMovements(): boolean {
    const rows = movementsAfter(this.#economy, this.#agentId, this.#read.movement, ROWS);
    for (const row of rows) this.#move(row);
    this.#read.movement = rows.at(-1)?.id ?? this.#read.movement;
    return rows.length < ROWS;
  }

  #move(row: Movement): void {
    if (row.type !== 'single' && row.type !== 'post') return;
    const isIncome = row.credit === this.#agentId;
    this.#balance = isIncome ? add(this.#balance, row.amount) : subtract(this.#balance, row.amount);
    this.#balances.add({ at: row.at, balance: this.#balance });
    const { earned, paid } = movedFor(row);
    this.#earned = add(this.#earned, earned);
    this.#paid = add(this.#paid, paid);
  }

  #readMarks(): boolean {
    const rows = marksAfter(this.#economy, this.#read.mark, ROWS, this.#agentId);
    for (const row of rows) this.#marks.add(marksPoint(row));
    this.#read.mark = rows.at(-1)?.id ?? this.#read.mark;
    return rows.length < ROWS;
  }

  /** An agent runs once at a time: what goes on is its last one, which is read again when it has ended. */
  #readReceipts(): boolean {
    const rows = receiptsAfter(this.#economy, this.#agentId, this.#read.execution, ROWS);
    this.#running = rows.at(-1)?.outcome === null ? 1 : 0;
    for (const row of rows) {
      if (row.outcome === null) return true;
      this.#receive(row);
      this.#read.execution = row.id;
    }
    return rows.length < ROWS;
  }

  #receive(row: ReceiptRow): void {
    this.#executions += 1;
    this.#cpuMs += row.usedCpuMs ?? 0;
    this.#tokens += row.usedTokens;
    this.#receipts.add({ at: row.at, ...sumsOfReceipt(row) });
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
