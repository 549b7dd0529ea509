import type { MicroCredits } from './credits.ts';
import type { Bundle } from './resources.ts';
import type { Repeat } from './standing-order.ts';

/** `voided`: its agent or its payer died or was stopped. */
export type BidStatus = 'pending' | 'won' | 'withdrawn' | 'expired' | 'voided';

/** What somebody asks the market for, already checked for shape. */
export interface BidRequest {
  readonly bundle: Bundle;
  readonly amount: MicroCredits;
  /** The first cycle in which it competes. */
  readonly earliestCycle?: number;
  /** JSON text, handed back in the handshake. */
  readonly payload?: string;
  /** Whose execution it pays for, where that isn't the payer's own. */
  readonly forAgentId?: string;
  /** It is to be placed again when the execution that it buys has ended. */
  readonly repeat?: Repeat;
}

/** One bid, as the store keeps it. */
export interface Bid {
  readonly id: number;
  readonly payerId: string;
  readonly agentId: string;
  readonly lineageId: string;
  readonly bundle: Bundle;
  readonly amount: MicroCredits;
  readonly reserveAtPlacing: MicroCredits;
  readonly status: BidStatus;
  readonly attempt: number;
  /** The pending transfer of this attempt; null of a lot, which offers 0. */
  readonly holdId: number;
  readonly passedOver: number;
  readonly earliestCycle: number;
  readonly placedCycle: number;
  readonly placedAt: number;
  readonly endedCycle: number | null;
  readonly pricePaid: MicroCredits | null;
  readonly lastReason: string | null;
  /** Of the standing order that it is of, the bid that began it. */
  readonly orderId: number | null;
}
