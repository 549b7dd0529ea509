import type { RawRow } from '../../store/change-log.ts';

// What the auditor knows of one row. It reads the columns by their place, and shares no reading with the economy.

export interface BidRow {
  readonly id: number;
  readonly payer: string;
  readonly agent: string;
  readonly lineage: string;
  readonly bundle: Quad;
  readonly amount: number;
  readonly reserve: number;
  readonly status: string;
  readonly attempt: number;
  /** Null of one that was won by lot. */
  readonly hold: number | null;
  readonly passed: number;
  readonly earliest: number;
  readonly ended: number | null;
  readonly price: number | null;
  /** The bid that began the standing order that it is of. */
  readonly order: number | null;
  /** A restart or a `next_bid`. */
  readonly goesFirst: boolean;
}

export interface ExecutionRow {
  readonly id: number;
  readonly bid: number;
  readonly attempt: number;
  readonly agent: string;
  readonly payer: string;
  readonly lineage: string;
  readonly cycle: number;
  readonly state: string;
  readonly bundle: Quad;
  readonly holdsAttention: boolean;
  readonly price: number;
  readonly reserve: number;
  readonly attentionPrice: number;
  readonly started: number | null;
  readonly outcome: string | null;
  readonly stopRequested: boolean;
  readonly usedTokens: number;
}

export interface PromptRow {
  readonly id: number;
  readonly execution: number;
  readonly agent: string;
  readonly payer: string;
  readonly status: string;
  readonly openedRunningMs: number | null;
  readonly marks: readonly (number | null)[];
  readonly reward: number;
  readonly refund: number;
  readonly handedTo: number | null;
  /** Which of the operator's requests it answers. */
  readonly request: number | null;
  /** What of the reward went on. */
  readonly royalty: number;
  readonly actedAt: number | null;
  readonly attentionMs: number | null;
}

/** Who owes a share of its rewards, to whom, in which place among all that it owes. */
export interface RoyaltyRow {
  readonly id: number;
  readonly agent: string;
  readonly place: number;
  readonly to: string;
  readonly toLife: number;
  readonly ppm: number;
}

/** An agent that waits to be drawn by lot, or waited. */
export interface LotRow {
  readonly id: number;
  readonly agent: string;
  readonly lineage: string;
  readonly status: string;
  /** In running time. */
  readonly placed: number;
  readonly execution: number | null;
}

export interface AgentRow {
  readonly id: string;
  readonly parent: string | null;
  readonly lineage: string;
  readonly status: string;
  readonly stopped: boolean;
  readonly life: number;
  readonly dormantSince: number | null;
}

export interface MessageRow {
  readonly id: number;
  /** Null: the operator. */
  readonly from: string | null;
  readonly to: string;
  readonly handedTo: number | null;
}

export interface RequestRow {
  readonly id: number;
  readonly until: number | null;
  readonly closedAt: number | null;
  readonly answeredBy: number | null;
}

/** A call of a model, in tokens of the market. */
export interface CallRow {
  readonly id: number;
  readonly execution: number;
  readonly reserved: number;
  /** Null while it goes on. */
  readonly outcome: string | null;
  readonly billed: number | null;
}

export interface OrderRow {
  readonly id: number;
  readonly agent: string;
  readonly began: number;
  readonly until: number;
  readonly dayCycles: number;
  readonly amount: number;
  /** That it may pay in a day. */
  readonly most: number;
  readonly due: number | null;
  readonly ended: number | null;
  /** Of the bid that began it. */
  readonly bundle: Quad;
}

/** CPU milliseconds, memory in MB, tokens, attention. */
export type Quad = readonly [number, number, number, number];

type Value = string | number | null;
const number = (value: Value | undefined) => value as number;
const text = (value: Value | undefined) => value as string;

export function readBid(row: RawRow): BidRow {
  return {
    id: number(row[0]),
    payer: text(row[1]),
    agent: text(row[2]),
    lineage: text(row[3]),
    bundle: [number(row[4]), number(row[5]), number(row[6]), number(row[7])],
    amount: number(row[8]),
    reserve: number(row[9]),
    status: text(row[10]),
    attempt: number(row[11]),
    hold: row[12] as number | null,
    passed: number(row[13]),
    earliest: number(row[14]),
    ended: row[15] as number | null,
    price: row[16] as number | null,
    order: row[17] as number | null,
    goesFirst: row[18] === 1,
  };
}

export function readExecution(row: RawRow): ExecutionRow {
  return {
    id: number(row[0]),
    bid: number(row[1]),
    attempt: number(row[2]),
    agent: text(row[3]),
    payer: text(row[4]),
    lineage: text(row[5]),
    cycle: number(row[6]),
    state: text(row[7]),
    bundle: [number(row[8]), number(row[9]), number(row[10]), number(row[11])],
    holdsAttention: row[12] === 1,
    price: number(row[13]),
    reserve: number(row[14]),
    attentionPrice: number(row[15]),
    started: row[16] as number | null,
    outcome: row[17] as string | null,
    stopRequested: row[18] === 1,
    usedTokens: number(row[19] ?? 0),
  };
}

export function readPrompt(row: RawRow): PromptRow {
  return {
    id: number(row[0]),
    execution: number(row[1]),
    agent: text(row[2]),
    payer: text(row[3]),
    status: text(row[4]),
    openedRunningMs: row[5] as number | null,
    marks: [row[6] as number | null, row[7] as number | null, row[8] as number | null],
    reward: number(row[9]),
    refund: number(row[10]),
    handedTo: row[11] as number | null,
    request: row[12] as number | null,
    royalty: number(row[13]),
    actedAt: row[14] as number | null,
    attentionMs: row[15] as number | null,
  };
}

export function readAgent(row: RawRow): AgentRow {
  return {
    id: text(row[0]),
    parent: row[1] as string | null,
    lineage: text(row[2]),
    status: text(row[3]),
    stopped: row[4] === 1,
    life: number(row[5]),
    dormantSince: row[6] as number | null,
  };
}

export function readRoyalty(row: RawRow): RoyaltyRow {
  return {
    id: number(row[0]),
    agent: text(row[1]),
    place: number(row[2]),
    to: text(row[3]),
    toLife: number(row[4]),
    ppm: number(row[5]),
  };
}

export function readLot(row: RawRow): LotRow {
  return {
    ...{ id: number(row[0]), agent: text(row[1]), lineage: text(row[2]), status: text(row[3]) },
    ...{ placed: number(row[4]), execution: row[5] as number | null },
  };
}

export function readMessage(row: RawRow): MessageRow {
  return { id: number(row[0]), from: row[1] as string | null, to: text(row[2]), handedTo: row[3] as number | null };
}

export function readOrder(row: RawRow, bundle: Quad): OrderRow {
  const [id, , began, until, dayCycles, amount, most, due, ended] = row as readonly number[];
  return {
    ...{ id: number(id), agent: text(row[1]), began: number(began), until: number(until) },
    ...{ dayCycles: number(dayCycles), amount: number(amount), most: number(most) },
    ...{ due: due ?? null, ended: ended ?? null, bundle },
  };
}

export function readRequest(row: RawRow): RequestRow {
  const [id, until, closedAt, answeredBy] = row as readonly (number | null)[];
  return { id: number(id), until: until ?? null, closedAt: closedAt ?? null, answeredBy: answeredBy ?? null };
}

export function readCall(row: RawRow): CallRow {
  return {
    ...{ id: number(row[0]), execution: number(row[1]), reserved: number(row[2]) },
    ...{ outcome: row[3] as string | null, billed: row[4] as number | null },
  };
}
