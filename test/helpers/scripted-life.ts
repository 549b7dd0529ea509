// What a scripted economy is made of: see scripted-economy.ts.

export interface Script {
  readonly credits: number;
  readonly prices?: Partial<Prices>;
  readonly mechanism?: 'density' | 'highest-bid';
  readonly horizon?: number;
  readonly promptTtlCycles?: number;
  /** CPU seconds and megabytes that an execution takes; one that bought less is killed, though only at its end. */
  readonly needs?: { cpuSeconds: number; memoryMb: number };
  /** Credits that a mark issues. */
  readonly rate?: number;
  /** Tokens sold per cycle. */
  readonly tokens?: number;
  /** What the model says when it is asked; without it there is none. */
  readonly think?: (messages: readonly { readonly role: string; readonly content: string }[]) => string;
  /** What every handshake tells besides. */
  readonly told?: Readonly<Record<string, unknown>>;
}

export interface Bundle {
  readonly cpu_seconds: number;
  readonly memory_mb: number;
  readonly tokens: number;
  readonly attention: number;
}
export type Prices = Record<keyof Bundle, number>;

export interface Bid {
  readonly id: string;
  readonly bundle: Bundle;
  readonly amount: number;
  readonly earliest_cycle: number;
  status: 'pending' | 'won' | 'withdrawn';
}

export interface NextBid {
  readonly bundle: Bundle;
  readonly amount: number;
  readonly earliest_cycle?: number;
}

export interface Prompt {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly next_bid?: NextBid;
  readonly request_id?: string;
  readonly submittedCycle: number;
  readonly attentionPaid: number;
  status: 'open' | 'scored' | 'skipped' | 'expired';
  scores: { interesting: number; useful: number; understandable: number } | null;
  reason: string | null;
  reward: number;
}

export interface Execution {
  readonly id: string;
  readonly cycle: number;
  readonly bundle: Bundle;
  outcome: 'completed' | 'agent_error' | 'cpu_exceeded' | 'memory_exceeded';
  log: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly limit?: number;
  readonly field?: string;
}
