import type { Changes } from './changes.ts';
import { demand } from './finding.ts';
import type { Mirror, Moment } from './mirror.ts';
import type { BidRow, OrderRow } from './rows.ts';

/**
 * Standing orders: a repeat is the bid that was asked for, never beside a restart, a `next_bid` or another one of its
 * order; a day pays no more than it may; and an order that stands has a bid, an agent that runs, or waits. To be called
 * before the changes are adopted.
 */
export function checkOrders(changes: Changes, mirror: Mirror, { cycle }: Moment): void {
  for (const { old, now } of changes.orders)
    if (old) {
      const terms = (row: OrderRow) => [row.agent, row.began, row.until, row.dayCycles, row.amount, row.most].join();
      demand(terms(old) === terms(now), 'an order stays what it is', () => `the order of bid_${now.id} changed`);
      demand(old.ended === null, 'what is over stays over', () => `the order of bid_${now.id} changed after its end`);
    }
  const orders = new Map(mirror.orders);
  for (const { now } of changes.orders) orders.set(now.id, now);
  const bids = new Map(mirror.bids);
  for (const { now } of changes.bids) bids.set(now.id, now);
  for (const { old, now } of changes.bids)
    if (!old && now.order !== null && now.order !== now.id) checkRepeat(now, orders.get(now.order), bids, cycle);
  for (const { old, now } of changes.executions) {
    const order = orders.get(bids.get(now.bid)?.order ?? 0);
    const isPaid = now.outcome !== 'system_fault' && now.outcome !== 'stopped_by_operator';
    if (!order || now.state !== 'settled' || old?.state === 'settled' || !isPaid) continue;
    const day = Math.floor((now.cycle - order.began) / order.dayCycles);
    const paid = mirror.payForOrder(order.id, day, now.price);
    demand(paid <= order.most, 'an order keeps to its day', () => `bid_${order.id} paid ${paid} of ${order.most}`);
  }
}

function checkRepeat(bid: BidRow, order: OrderRow | undefined, bids: ReadonlyMap<number, BidRow>, cycle: number): void {
  const name = `bid_${bid.id}`;
  const isOf = order?.ended === null && order.agent === bid.agent && bid.payer === bid.agent;
  demand(isOf, 'a repeat has its order', () => `${name} names bid_${bid.order}`);
  const isSame = bid.amount === order.amount && String(bid.bundle) === String(order.bundle);
  demand(isSame, 'a repeat is the same bid', () => `${name} offers ${bid.amount} for ${bid.bundle.join()}`);
  const isInTime = cycle <= order.until && bid.earliest > cycle;
  demand(isInTime, 'an order has its time', () => `${name} was placed in cycle ${cycle} for ${bid.earliest}`);
  const others = [...bids.values()].filter(
    ({ id, agent, status }) => id !== bid.id && agent === bid.agent && status === 'pending',
  );
  const beside = others.find((other) => other.order === bid.order || other.goesFirst);
  demand(!beside, 'an order stands behind', () => `${name} stands beside bid_${beside?.id}`);
}

/** To be called after each cycle. */
export function checkNoneLost(mirror: Mirror): void {
  const placed = new Set(mirror.pending().map(({ order }) => order));
  const running = new Set(mirror.unsettled().map(({ agent }) => agent));
  for (const { id, agent, due } of mirror.orders.values()) {
    const isThere = placed.has(id) || running.has(agent) || due !== null;
    demand(isThere, 'no order is lost', () => `the order of bid_${id} has no bid, and doesn't wait`);
    demand(mirror.statusOf(agent) !== 'dead', 'the dead order nothing', () => `${agent} is dead and orders`);
  }
}
