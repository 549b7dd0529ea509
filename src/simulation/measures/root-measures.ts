import type { Store } from '../../store/store.ts';
import { allAgents } from './rows.ts';

const MICRO = 1_000_000;
/** What counts as the income of an agent, but for what it pays for executions. */
const KINDS = new Set(['reward', 'royalty', 'spawn_fee', 'spawn_endowment']);

/**
 * Of each group that has had children: what its roots have had of marks and royalties, less what children cost them,
 * and how long the one that lived longest did.
 */
export function rootMeasures(
  store: Store,
  { cycle, cyclesPerHour, groupOf }: { cycle: number; cyclesPerHour: number; groupOf: (agentId: string) => string },
): Readonly<Record<string, number>> {
  const agents = [...allAgents(store)];
  const breeding = new Set(
    agents.filter(({ parentId }) => parentId !== null).map(({ lineageId }) => groupOf(lineageId)),
  );
  const roots = new Map(agents.filter(({ parentId }) => parentId === null).map((root) => [root.id, root]));
  const measures: Record<string, number> = {};
  const note = (account: string, name: string, amount: number) => {
    if (!roots.has(account)) return;
    const key = `${name}.${groupOf(account)}`;
    measures[key] = (measures[key] ?? 0) + amount / MICRO;
  };
  for (const { kind, debit, credit, amount } of store.transfers.all()) {
    if (!KINDS.has(kind)) continue;
    note(credit, 'root_income', amount);
    note(debit, 'root_income', -Number(amount));
    if (kind === 'royalty') note(credit, 'royalties', amount);
  }
  for (const { id, bornCycle, diedCycle } of roots.values()) {
    if (!breeding.has(groupOf(id))) continue;
    const key = `root_life_hours.${groupOf(id)}`;
    measures[key] = Math.max(measures[key] ?? 0, ((diedCycle ?? cycle) - bornCycle) / cyclesPerHour);
  }
  return measures;
}
