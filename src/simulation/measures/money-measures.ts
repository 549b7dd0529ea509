import type { Flow } from '../../store/transfers.ts';
import type { Store } from '../../store/store.ts';
import { allAgents, allExecutions, allPrompts } from './rows.ts';
import { gini, mean, sum } from './statistics.ts';

interface Options {
  readonly days: number;
  readonly cyclesPerHour: number;
}

const MICRO = 1_000_000;

/** Where credits came from, where they went, who holds them and how fast they move. Amounts in credits. */
export function moneyMeasures(store: Store, { days, cyclesPerHour }: Options) {
  const hourly = store.transfers.flows(cyclesPerHour);
  const total = (test: (flow: Flow) => boolean) => sum(hourly.filter(test).map(({ amount }) => amount)) / MICRO;
  const granted = total(({ kind }) => kind === 'genesis_grant');
  const issued = total(({ kind }) => kind === 'reward');
  const market = total(({ credit }) => credit === 'market') - total(({ debit }) => debit === 'market');
  const fees = total(({ credit }) => credit === 'fees');
  const burnt = total(({ credit }) => credit === 'burn');
  const held = granted + issued - market - fees - burnt;
  const paid = total(({ debit }) => debit === 'agent');
  const heldByHour = heldPath(hourly);
  const balances = [...allAgents(store)]
    .filter(({ status }) => status !== 'dead')
    .map(({ id }) => store.accounts.balance(id).posted);
  const unseen = lostUnseen(store);
  return {
    'credits.granted': granted,
    'credits.issued': issued,
    'credits.issued_per_day': issued / days,
    'credits.held': held,
    'credits.burnt': burnt,
    'credits.fees': fees,
    'credits.revenue_per_day': market / days,
    'credits.held_per_granted': granted === 0 ? 0 : held / granted,
    'credits.sunk_share': granted + issued === 0 ? 0 : (market + fees + burnt) / (granted + issued),
    'credits.lost_unseen': unseen,
    'credits.lost_unseen_share': issued === 0 ? 0 : unseen / issued,
    'credits.velocity_per_day': heldByHour.length === 0 ? 0 : paid / days / Math.max(mean(heldByHour), 1 / MICRO),
    'credits.gini': gini(balances),
  };
}

/** What all agents held at the end of each hour in which anything moved. */
function heldPath(hourly: readonly Flow[]): readonly number[] {
  let held = 0;
  const byHour = new Map<number, number>();
  for (const { bucket, debit, credit, amount } of hourly) {
    if (debit !== 'agent') held += credit === 'agent' ? amount : 0;
    else if (credit !== 'agent') held -= amount;
    byHour.set(bucket, held / MICRO);
  }
  return [...byHour.values()];
}

/** What was paid for executions whose prompt nobody answered, less what that gave back. */
function lostUnseen(store: Store): number {
  const expired = new Map(
    [...allPrompts(store)].filter(({ status }) => status === 'expired').map((it) => [it.executionId, it]),
  );
  if (expired.size === 0) return 0;
  let lost = 0;
  for (const { id, price, outcome } of allExecutions(store)) {
    const prompt = expired.get(id);
    // What was refunded as a whole was not lost.
    if (prompt && outcome !== 'system_fault' && outcome !== 'stopped_by_operator') lost += price - prompt.refund;
  }
  return lost / MICRO;
}
