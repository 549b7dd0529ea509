import type { Situation } from './genesis-situation.ts';

/** What a genesis does that anybody can see. Amounts in credits, times in cycles from now. */
export type Deed =
  | {
      readonly does: 'bid';
      readonly attention: number;
      readonly amount: number;
      readonly wait: number;
      readonly for: string;
    }
  | { readonly does: 'withdraw'; readonly id: string }
  | { readonly does: 'show'; readonly next: number }
  | { readonly does: 'report'; readonly to: string; readonly reward: number; readonly cost: number }
  | { readonly does: 'tell'; readonly to: string; readonly rested: number }
  | { readonly does: 'pay'; readonly to: string; readonly amount: number }
  | { readonly does: 'spawn'; readonly id: string; readonly endowment: number; readonly first: number };

interface BidBody {
  readonly bundle: Readonly<Record<string, number>>;
  readonly amount: number;
  readonly earliest_cycle?: number;
  readonly for_agent_id?: string;
}

const MESSAGE_FEE = 1;

/** The service for one wake: notes what is done, keeps the balance, and refuses a bid that can't be paid for. */
export class GenesisDesk {
  readonly deeds: Deed[] = [];
  available: number;
  readonly #situation: Situation;

  constructor(situation: Situation) {
    this.#situation = situation;
    this.available = situation.available;
  }

  /** The code of a refusal and the number that would pass; undefined where it was placed. */
  bid({ bundle, amount, earliest_cycle: earliest, for_agent_id: other = '' }: BidBody) {
    const { cycle } = this.#situation;
    const cost = this.#cost(bundle);
    if (amount < cost - 1e-6) return { code: 'below_reserve', limit: cost } as const;
    if (amount > this.available + 1e-6) return { code: 'insufficient_credits', limit: this.available } as const;
    const wait = earliest === undefined ? 0 : earliest - cycle;
    this.#does({ does: 'bid', attention: bundle['attention'] ?? 0, amount, wait, for: other }, -amount);
    return undefined;
  }

  withdraw(id: string): void {
    this.#does({ does: 'withdraw', id }, this.#situation.bids.find((bid) => bid.id === id)?.amount ?? 0);
  }

  show(next: { readonly amount: number }): void {
    this.#does({ does: 'show', next: next.amount }, 0);
  }

  message(to: string, content: string): void {
    const { report, learnt } = JSON.parse(content) as {
      readonly report?: { readonly reward: number; readonly cost: number };
      readonly learnt?: { readonly rested: number };
    };
    if (report) this.#does({ does: 'report', to, reward: report.reward, cost: report.cost }, -MESSAGE_FEE);
    else this.#does({ does: 'tell', to, rested: learnt?.rested ?? Number.NaN }, -MESSAGE_FEE);
  }

  pay(to: string, amount: number): void {
    this.#does({ does: 'pay', to, amount }, -amount);
  }

  spawn(id: string, endowment: number, first: { readonly amount: number }): void {
    const { spawn } = this.#situation.fees;
    this.#does({ does: 'spawn', id, endowment, first: first.amount }, -spawn - endowment);
  }

  #does(deed: Deed, gain: number): void {
    this.deeds.push(deed);
    this.available = Math.round((this.available + gain) * 1e6) / 1e6;
  }

  #cost(bundle: Readonly<Record<string, number>>): number {
    const { prices } = this.#situation;
    return Object.entries(prices).reduce((sum, [name, price]) => sum + price * (bundle[name] ?? 0), 0);
  }
}
