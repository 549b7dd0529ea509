import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { dayAt } from '../../domain/standing-order.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** The order that stands for an agent, or null. */
export function orderView({ [STORE]: store }: Economy, agentId: string) {
  const order = store.standingOrders.live(agentId);
  if (!order) return null;
  const { cycle } = store.state.get();
  return {
    id: formatId('bid', order.id),
    until_cycle: order.untilCycle,
    credits_per_day: toCredits(order.creditsPerDay),
    paid_today: order.day === dayAt(order, cycle) ? toCredits(order.paid) : 0,
    repeats: order.repeats,
    waits: order.dueCycle !== null,
  };
}
