import type { MicroCredits } from '../domain/credits.ts';
import type { Bid, BidStatus } from '../domain/bid.ts';
import { bidFates } from './bid-fates.ts';
import type { Database } from './database.ts';

export type NewBid = Pick<
  Bid,
  | 'id'
  | 'payerId'
  | 'agentId'
  | 'lineageId'
  | 'bundle'
  | 'amount'
  | 'reserveAtPlacing'
  | 'holdId'
  | 'earliestCycle'
  | 'placedCycle'
  | 'placedAt'
  | 'orderId'
> & {
  readonly payload: string | null;
  /** A restart or a `next_bid`: no standing order is placed beside it. */
  readonly goesFirst: boolean;
};

/** A bid queued again after a fault. */
export interface NextAttempt {
  readonly id: number;
  readonly amount: number;
  readonly reserveAtPlacing: number;
  readonly holdId: number;
  readonly earliestCycle: number;
  readonly reason: string;
}

/** What differs from one attempt of a bid to the next. */
export type BidAttempt = Pick<Bid, 'amount' | 'reserveAtPlacing' | 'earliestCycle'>;

/** What clearing needs of a bid. There can be very many, so nothing else is read. */
export type PendingBid = Omit<Bid, 'status' | 'placedCycle' | 'placedAt' | 'endedCycle' | 'pricePaid' | 'orderId'>;

/** In the order of the query's columns; the driver would take longer to name them than to read them. */
type PendingRow = [
  id: number,
  payerId: string,
  agentId: string,
  lineageId: string,
  cpuMs: number,
  memoryMb: number,
  tokens: number,
  attention: 0 | 1,
  amount: MicroCredits,
  reserveAtPlacing: MicroCredits,
  attempt: number,
  holdId: number,
  passedOver: number,
  earliestCycle: number,
  lastReason: string | null,
];

/** In the order of the columns below. */
type Row = [
  id: number,
  payerId: string,
  agentId: string,
  lineageId: string,
  cpuMs: number,
  memoryMb: number,
  tokens: number,
  attention: 0 | 1,
  amount: MicroCredits,
  reserveAtPlacing: MicroCredits,
  status: BidStatus,
  attempt: number,
  holdId: number,
  passedOver: number,
  earliestCycle: number,
  placedCycle: number,
  placedAt: number,
  endedCycle: number | null,
  pricePaid: MicroCredits | null,
  lastReason: string | null,
  orderId: number | null,
];

/** Everything but the payload, which clearing doesn't need. */
const COLUMNS = `id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount, reserve_at_placing,
  status, attempt, hold_id, passed_over, earliest_cycle, placed_cycle, placed_at, ended_cycle, price_paid, last_reason,
  order_id`;

export type Bids = ReturnType<typeof bidsTable>;

export function bidsTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO bids (id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount,
                       reserve_at_placing, status, hold_id, earliest_cycle, placed_cycle, placed_at, payload,
                       order_id, goes_first)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)`,
  );
  const next = database.prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'bids'`).pluck();
  const one = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM bids WHERE id = ?`).raw();
  const payload = database.prepare<[number], string | null>('SELECT payload FROM bids WHERE id = ?').pluck();
  const standing = `SELECT id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount,
           reserve_at_placing, attempt, hold_id, passed_over, earliest_cycle, last_reason
      FROM bids WHERE status = 'pending' ORDER BY id`;
  const pending = database.prepare<[], PendingRow>(standing).raw();
  const oldestPending = database.prepare<[number], PendingRow>(`${standing} LIMIT ? + 0`).raw();
  const pendingByPayer = database
    .prepare<[string], number>(`SELECT COUNT(*) FROM bids WHERE payer_id = ? AND status = 'pending'`)
    .pluck();
  const pendingOwn = database
    .prepare<[string, string], number>(
      `SELECT EXISTS (SELECT 1 FROM bids INDEXED BY bids_pending_by_agent
                        WHERE agent_id = ? AND payer_id = ? AND status = 'pending')`,
    )
    .pluck();
  const pendingFor = database
    .prepare<[string], number>(`SELECT EXISTS (SELECT 1 FROM bids WHERE agent_id = ? AND status = 'pending')`)
    .pluck();
  const pendingFirst = database
    .prepare<[string], number>(
      `SELECT EXISTS (SELECT 1 FROM bids INDEXED BY bids_pending_by_agent
                        WHERE agent_id = ? AND status = 'pending' AND goes_first = 1)`,
    )
    .pluck();
  const pendingOfOrder = database
    .prepare<[number], number>(`SELECT EXISTS (SELECT 1 FROM bids WHERE order_id = ? AND status = 'pending')`)
    .pluck();
  const orderOf = database.prepare<[number], number | null>('SELECT order_id FROM bids WHERE id = ?').pluck();
  const tiedTo = database
    .prepare<[string, string], Row>(
      `SELECT ${COLUMNS} FROM bids INDEXED BY bids_pending_by_agent WHERE agent_id = ? AND status = 'pending'
     UNION SELECT ${COLUMNS} FROM bids INDEXED BY bids_pending_by_payer WHERE payer_id = ? AND status = 'pending'
     ORDER BY id`,
    )
    .raw();
  // Two ordered halves that SQLite merges: an OR would sort all that the agent ever bid.
  const ofAgentWhere = (filter: string) => `
    SELECT ${COLUMNS} FROM bids WHERE payer_id = @agentId AND id < @before ${filter}
    UNION ALL SELECT ${COLUMNS} FROM bids INDEXED BY bids_sponsored
     WHERE agent_id = @agentId AND payer_id <> agent_id AND id < @before ${filter}
    ORDER BY id DESC LIMIT @limit + 0`;
  const ofAgent = database.prepare<[object], Row>(ofAgentWhere('')).raw();
  const ofAgentByStatus = database.prepare<[object], Row>(ofAgentWhere('AND status = @status')).raw();
  const page = database
    .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM bids WHERE id < ? ORDER BY id DESC LIMIT ? + 0`)
    .raw();
  const pageByStatus = database
    .prepare<[string, number, number], Row>(
      `SELECT ${COLUMNS} FROM bids WHERE status = ? AND id < ? ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();
  const countPending = database.prepare<[], number>(`SELECT COUNT(*) FROM bids WHERE status = 'pending'`).pluck();
  const win = database.prepare(
    `UPDATE bids SET status = 'won', ended_cycle = ?, price_paid = ?, last_reason = 'won' WHERE id = ?`,
  );
  const end = database.prepare(
    `UPDATE bids SET status = ?, ended_cycle = ?, last_reason = ?, payload = NULL WHERE id = ?`,
  );
  const dropPayload = database.prepare('UPDATE bids SET payload = NULL WHERE id = ? AND payload IS NOT NULL');
  const passOver = database.prepare('UPDATE bids SET passed_over = passed_over + ?, last_reason = ? WHERE id = ?');
  const again = database.prepare(
    `UPDATE bids SET status = 'pending', attempt = attempt + 1, ended_cycle = NULL, amount = @amount,
       reserve_at_placing = @reserveAtPlacing, hold_id = @holdId, earliest_cycle = @earliestCycle,
       last_reason = @reason
     WHERE id = @id`,
  );
  const keepAttempt = database.prepare(
    `INSERT INTO bid_attempts (bid_id, attempt, amount, reserve_at_placing, earliest_cycle)
     SELECT id, attempt, amount, reserve_at_placing, earliest_cycle FROM bids WHERE id = ?`,
  );
  const attempt = database.prepare<[number, number], BidAttempt>(
    `SELECT amount, reserve_at_placing AS reserveAtPlacing, earliest_cycle AS earliestCycle
       FROM bid_attempts WHERE bid_id = ? AND attempt = ?`,
  );
  return {
    /** The id of the next bid: its hold is written before it and names it. */
    nextId: (): number => (next.get() ?? 0) + 1,
    insert(bid: NewBid): void {
      const { cpuMs, memoryMb, tokens, attention } = bid.bundle;
      insert.run(
        bid.id,
        bid.payerId,
        bid.agentId,
        bid.lineageId,
        cpuMs,
        memoryMb,
        tokens,
        attention,
        bid.amount,
        bid.reserveAtPlacing,
        bid.holdId,
        bid.earliestCycle,
        bid.placedCycle,
        bid.placedAt,
        bid.payload,
        bid.orderId,
        Number(bid.goesFirst),
      );
    },
    find(id: number): Bid | undefined {
      const row = one.get(id);
      return row && toBid(row);
    },
    get(id: number): Bid {
      const row = one.get(id);
      if (!row) throw new Error(`no bid ${id}`);
      return toBid(row);
    },
    payload: (id: number): string | null => payload.get(id) ?? null,
    /** All that stand, the oldest first. */
    pending: (): readonly PendingBid[] => pending.all().map(toPendingBid),
    oldestPending: (limit: number): readonly PendingBid[] => oldestPending.all(limit).map(toPendingBid),
    countPending: (): number => Number(countPending.get()),
    countPendingOfPayer: (payerId: string): number => Number(pendingByPayer.get(payerId)),
    hasPendingOwn: (agentId: string): boolean => pendingOwn.get(agentId, agentId) === 1,
    hasPendingFor: (agentId: string): boolean => pendingFor.get(agentId) === 1,
    /** A restart of its, or its `next_bid`. */
    hasFirstPending: (agentId: string): boolean => pendingFirst.get(agentId) === 1,
    hasPendingOfOrder: (orderId: number): boolean => pendingOfOrder.get(orderId) === 1,
    /** The standing order that a bid is of, whether or not that still stands. */
    orderOf: (id: number): number | null => orderOf.get(id) ?? null,
    /** Pending bids that this agent pays or that are for it. */
    pendingTiedTo: (agentId: string): readonly Bid[] => tiedTo.all(agentId, agentId).map(toBid),
    /** Bids paid by or for this agent, the newest first, with ids under `before`. */
    ofAgent: (agentId: string, before: number, limit: number, status?: BidStatus): readonly Bid[] =>
      (status ? ofAgentByStatus.all({ agentId, before, limit, status }) : ofAgent.all({ agentId, before, limit })).map(
        toBid,
      ),
    /** The newest first, with ids under `before`. */
    page: (before: number, limit: number, status?: BidStatus): readonly Bid[] =>
      (status ? pageByStatus.all(status, before, limit) : page.all(before, limit)).map(toBid),
    win: (id: number, cycle: number, price: number): void => void win.run(cycle, price, id),
    /** The execution that it was for has had it. */
    dropPayload: (id: number): void => void dropPayload.run(id),
    end: (id: number, status: Exclude<BidStatus, 'pending' | 'won'>, cycle: number, reason: string): void =>
      void end.run(status, cycle, reason, id),
    /** Records why it didn't win, and whether that made it a cycle older. */
    passOver: (id: number, ages: boolean, reason: string): void => void passOver.run(ages ? 1 : 0, reason, id),
    /** Queues the bid's next attempt, and keeps what the last one was. */
    queueAgain(next: NextAttempt): void {
      keepAttempt.run(next.id);
      again.run(next);
    },
    /** What an earlier attempt offered, where a later one took its place. */
    attempt: (id: number, number: number): BidAttempt | undefined => attempt.get(id, number),
    ...bidFates(database),
  };
}

function toPendingBid(row: PendingRow): PendingBid {
  const [id, payerId, agentId, lineageId, cpuMs, memoryMb, tokens, attention, amount, reserveAtPlacing] = row;
  const [, , , , , , , , , , attempt, holdId, passedOver, earliestCycle, lastReason] = row;
  const bundle = { cpuMs, memoryMb, tokens, attention };
  const market = { id, payerId, agentId, lineageId, bundle, amount, reserveAtPlacing };
  return Object.assign(market, { attempt, holdId, passedOver, earliestCycle, lastReason });
}

function toBid(row: Row): Bid {
  const [id, payerId, agentId, lineageId, cpuMs, memoryMb, tokens, attention, amount, reserveAtPlacing, ...rest] = row;
  const [status, attempt, holdId, passedOver, earliestCycle, placedCycle, placedAt, endedCycle, ...last] = rest;
  const [pricePaid, lastReason, orderId] = last;
  return {
    id,
    payerId,
    agentId,
    lineageId,
    bundle: { cpuMs, memoryMb, tokens, attention },
    amount,
    reserveAtPlacing,
    status,
    attempt,
    holdId,
    passedOver,
    earliestCycle,
    placedCycle,
    placedAt,
    endedCycle,
    pricePaid,
    lastReason,
    orderId,
  };
}
