import type { Agent } from '../../domain/agent.ts';
import type { Store } from '../../store/store.ts';
import { allAgents, allExecutions } from './rows.ts';
import { largest, sum } from './statistics.ts';

interface Options {
  readonly cycle: number;
  readonly groupOf: (agentId: string) => string;
  readonly qualityOf: ((agentId: string) => number) | undefined;
}

/** Who was given attention: the share of each group, of the lineage that had most of it, and of the best. */
export function slotMeasures(store: Store, { cycle, groupOf, qualityOf }: Options): Readonly<Record<string, number>> {
  const agents = [...allAgents(store)];
  const byAgent = new Map<string, number>();
  const byLineage = new Map<string, number>();
  let all = 0;
  for (const { bundle, agentId, lineageId } of allExecutions(store)) {
    if (bundle.attention === 0) continue;
    all++;
    count(byAgent, agentId);
    count(byLineage, lineageId);
  }
  if (all === 0) return { 'slots.top_lineage': 0 };
  const slotsOf = (members: readonly Agent[]) => sum(members.map(({ id }) => byAgent.get(id) ?? 0));
  const groups = [...new Set(agents.map(({ id }) => groupOf(id)))];
  const roots = agents.filter(({ parentId }) => parentId === null);
  const there = (some: readonly Agent[]) => sum(some.map(({ bornCycle }) => cycle - bornCycle));
  return {
    ...Object.fromEntries(
      groups.flatMap((group) => {
        const share = slotsOf(agents.filter(({ id }) => groupOf(id) === group)) / all;
        // What it would have if each lineage had as much, as long as it was there.
        const equal = there(roots.filter(({ id }) => groupOf(id) === group)) / there(roots);
        return [
          [`slots.${group}`, share],
          [`slots_of_equal.${group}`, equal === 0 ? 0 : share / equal],
        ];
      }),
    ),
    'slots.top_lineage': largest(byLineage.values()) / all,
    ...(qualityOf && { 'slots.best_third': slotsOf(bestThird(agents, qualityOf)) / all }),
  };
}

function bestThird(agents: readonly Agent[], qualityOf: (agentId: string) => number): readonly Agent[] {
  const best = [...agents].sort((a, b) => qualityOf(b.id) - qualityOf(a.id) || a.number - b.number);
  return best.slice(0, Math.max(1, Math.round(best.length / 3)));
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
