import { micro } from '../../src/domain/credits.ts';
import { NO_USAGE } from '../../src/domain/execution.ts';
import { formatId } from '../../src/domain/ids.ts';
import { BARE, makeAgent, type TestEconomy } from './economy.ts';

const AGENTS = 50;
const PER_TRANSACTION = 20_000;
const AMOUNT = micro(1000);
const PRICE = micro(600);

/**
 * Fills an economy with a long past: bids that won, were withdrawn or were refunded after a fault, messages and
 * gifts, until the ledger has at least so many rows. Straight into the tables, since the use cases would take minutes;
 * everything agrees, and `audit` finds nothing.
 */
export function fillLedger(economy: TestEconomy, transfers: number): void {
  const { store } = economy;
  const agents = Array.from({ length: AGENTS }, (_, number) => `past-${number}`);
  for (const id of agents) makeAgent(economy, id, { credits: 1_000_000 });
  let number = 0;
  while (store.transfers.count() < transfers)
    store.transaction(() => {
      const last = number + PER_TRANSACTION;
      for (; number < last; number++) step(economy, agents, number);
    });
}

function step({ store }: TestEconomy, agents: readonly string[], number: number): void {
  const payerId = agents[number % AGENTS]!;
  const other = agents[(number + 7) % AGENTS]!;
  const now = { cycle: 0, at: number };
  const bidId = store.bids.nextId();
  const ref = `${formatId('bid', bidId)}/1`;
  const hold = { ...now, debit: payerId, credit: 'system:market', amount: AMOUNT, kind: 'bid', ref } as const;
  const holdId = store.transfers.hold(hold);
  store.bids.insert({
    ...{ id: bidId, payerId, agentId: payerId, lineageId: payerId, bundle: BARE, amount: AMOUNT, holdId },
    ...{
      reserveAtPlacing: PRICE,
      earliestCycle: 0,
      placedCycle: 0,
      placedAt: number,
      payload: null,
      orderId: null,
      goesFirst: false,
    },
  });
  if (number % 10 === 0) {
    store.transfers.void(holdId, now);
    store.bids.end(bidId, 'withdrawn', 0, 'withdrawn');
    store.transfers.single({ ...now, debit: payerId, credit: other, amount: AMOUNT, kind: 'transfer', ref: '' });
    const message = { fromId: payerId, toId: other, content: 'hello', cycle: 0, sentAt: number };
    const messageRef = formatId('message', store.messages.insert(message));
    const fee = { ...now, debit: payerId, credit: 'system:fees', amount: PRICE } as const;
    store.transfers.single({ ...fee, kind: 'message_fee', ref: messageRef });
    return;
  }
  store.transfers.postKnown({ ...hold, id: holdId }, PRICE, now);
  store.bids.win(bidId, 0, PRICE);
  const id = store.executions.insert({
    ...{ bidId, attempt: 1, agentId: payerId, payerId, lineageId: payerId, cycle: 0, bundle: BARE },
    ...{ price: PRICE, reserveCost: PRICE, attentionPrice: micro(0), wallMs: 1000, allocatedAt: number },
  });
  const outcome = number % 10 === 1 ? 'stopped_by_operator' : 'completed';
  store.executions.settle({ id, outcome, detail: outcome, exitCode: 0, endedAt: number, usage: NO_USAGE });
  if (outcome === 'completed') return;
  const refund = { ...now, debit: 'system:market', credit: payerId, amount: PRICE } as const;
  store.transfers.single({ ...refund, kind: 'refund', ref: formatId('execution', id) });
}
