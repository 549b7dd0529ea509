import type { MicroCredits } from '../domain/credits.ts';
import type { StandingOrder } from '../domain/standing-order.ts';
import type { Database } from './database.ts';

export type NewStandingOrder = Pick<
  StandingOrder,
  'id' | 'agentId' | 'beganCycle' | 'untilCycle' | 'napCycles' | 'dayCycles' | 'amount' | 'creditsPerDay'
> & { readonly payload: string | null };

const COLUMNS = `id, agent_id AS agentId, began_cycle AS beganCycle, until_cycle AS untilCycle, nap_cycles AS napCycles,
  day_cycles AS dayCycles, amount, credits_per_day AS creditsPerDay, day, paid, repeats, due_cycle AS dueCycle, waited,
  ended_cycle AS endedCycle, end_reason AS endReason`;

export type StandingOrders = ReturnType<typeof standingOrdersTable>;

export function standingOrdersTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO standing_orders (id, agent_id, began_cycle, until_cycle, nap_cycles, day_cycles, amount,
       credits_per_day, payload)
     VALUES (@id, @agentId, @beganCycle, @untilCycle, @napCycles, @dayCycles, @amount, @creditsPerDay, @payload)`,
  );
  const live = database.prepare<[string], StandingOrder>(
    `SELECT ${COLUMNS} FROM standing_orders WHERE agent_id = ? AND ended_cycle IS NULL`,
  );
  const ofBid = database.prepare<[number], StandingOrder>(
    `SELECT ${COLUMNS} FROM standing_orders
      WHERE id = (SELECT order_id FROM bids WHERE bids.id = ?) AND ended_cycle IS NULL`,
  );
  const due = database.prepare<[number], StandingOrder>(
    `SELECT ${COLUMNS} FROM standing_orders WHERE due_cycle <= ? ORDER BY id`,
  );
  const payload = database.prepare<[number], string | null>('SELECT payload FROM standing_orders WHERE id = ?').pluck();
  const placed = database.prepare(
    'UPDATE standing_orders SET repeats = repeats + 1, due_cycle = NULL, waited = 0 WHERE id = ?',
  );
  const wait = database.prepare('UPDATE standing_orders SET due_cycle = ?, waited = ? WHERE id = ?');
  const pay = database.prepare(
    `UPDATE standing_orders SET paid = @amount + CASE day WHEN @day THEN paid ELSE 0 END, day = @day WHERE id = @id`,
  );
  const end = database.prepare(
    `UPDATE standing_orders SET ended_cycle = ?, end_reason = ?, due_cycle = NULL, payload = NULL WHERE id = ?`,
  );

  return {
    insert: (order: NewStandingOrder): void => void insert.run(order),
    /** The one that stands for this agent. */
    live: (agentId: string): StandingOrder | undefined => live.get(agentId),
    /** The one that stands and that this bid is of. */
    liveOfBid: (bidId: number): StandingOrder | undefined => ofBid.get(bidId),
    /** Those that wait to be placed in this cycle, the oldest first. */
    due: (cycle: number): readonly StandingOrder[] => due.all(cycle),
    payload: (id: number): string | null => payload.get(id) ?? null,
    markPlaced: (id: number): void => void placed.run(id),
    /** It waits from that cycle on, and has waited so long. */
    setWaiting: (id: number, dueCycle: number | null, waited: number): void => void wait.run(dueCycle, waited, id),
    pay: (id: number, day: number, amount: MicroCredits): void => void pay.run({ id, day, amount }),
    end: (id: number, cycle: number, reason: string): void => void end.run(cycle, reason, id),
  };
}
