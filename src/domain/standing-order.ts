import type { MicroCredits } from './credits.ts';

/** What an agent asks for where its bid is to be placed again. */
export interface Repeat {
  /** The last cycle in which it is placed again. */
  readonly untilCycle: number;
  /** At most so much may its bids pay in a day of cycles. */
  readonly creditsPerDay: MicroCredits;
}

export interface StandingOrder extends Repeat {
  /** The id of the bid that began it, whose bundle it repeats. */
  readonly id: number;
  readonly agentId: string;
  readonly beganCycle: number;
  readonly amount: MicroCredits;
  /** From being placed to the earliest cycle. */
  readonly napCycles: number;
  readonly dayCycles: number;
  /** Since it began, the last one in which it paid. */
  readonly day: number;
  readonly paid: MicroCredits;
  readonly repeats: number;
  /** From when on it waits to be placed; null where its bid stands or its execution runs. */
  readonly dueCycle: number | null;
  /** Cycles of the running market since then. */
  readonly waited: number;
  readonly endedCycle: number | null;
  readonly endReason: string | null;
}

type Days = Pick<StandingOrder, 'beganCycle' | 'dayCycles'>;

/** Which day of the order a cycle is in; the first one is 0. */
export function dayAt({ beganCycle, dayCycles }: Days, cycle: number): number {
  return Math.floor((cycle - beganCycle) / dayCycles);
}

function firstCycleOf({ beganCycle, dayCycles }: Days, day: number): number {
  return beganCycle + day * dayCycles;
}

/**
 * In which cycle the order may be placed at the earliest so that no day pays more than it may. One bid of it stands at a
 * time and pays at most its amount, so what is placed on one day and wins on the next still is within that one's.
 */
export function affordableFrom(order: StandingOrder, cycle: number): number {
  const today = dayAt(order, cycle);
  const paid = order.day === today ? order.paid : 0;
  return paid + order.amount <= order.creditsPerDay ? cycle : firstCycleOf(order, today + 1);
}
