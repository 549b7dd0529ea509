import type { Agent } from '../../domain/agent.ts';
import type { Store } from '../../store/store.ts';
import { allAgents } from './rows.ts';
import { largest, sum } from './statistics.ts';

const MICRO = 1_000_000;

interface Options {
  readonly cycle: number;
  readonly cyclesPerHour: number;
  readonly groupOf: (agentId: string) => string;
  /**
   * The cost of the smallest useful execution at start prices. An agent that dies with as much could have paid for one.
   */
  readonly bareCost: number;
}

/** Who lives, who died, and after how long. */
export function lifeMeasures(store: Store, { cycle, cyclesPerHour, groupOf, bareCost }: Options) {
  const agents = [...allAgents(store)];
  const solvent = store.transfers.estates().filter(({ amount }) => amount >= bareCost);
  const groups = [...new Set(agents.map(({ id }) => groupOf(id)))].sort();
  return {
    'agents.made': agents.length,
    'agents.alive': agents.filter(({ status }) => status !== 'dead').length,
    'agents.peak': peak(agents),
    ...Object.fromEntries(
      groups.flatMap((group) => {
        const members = agents.filter(({ id }) => groupOf(id) === group);
        const alive = members.filter(({ status }) => status !== 'dead');
        const longest = largest(members.map((agent) => (agent.diedCycle ?? cycle) - agent.bornCycle));
        return [
          [`alive.${group}`, alive.length],
          [`dead.${group}`, members.length - alive.length],
          [`died_solvent.${group}`, solvent.filter(({ debit }) => groupOf(debit) === group).length],
          [`held.${group}`, sum(alive.map(({ id }) => store.accounts.balance(id).posted)) / MICRO],
          [`longest_life_hours.${group}`, longest / cyclesPerHour],
        ];
      }),
    ),
  };
}

/** As many as ever lived at the same time, by their last life. */
function peak(agents: readonly Agent[]): number {
  const changes = agents.flatMap(({ status, bornCycle, diedCycle }) => [
    [bornCycle, 1] as const,
    ...(status === 'dead' && diedCycle !== null ? [[diedCycle, -1] as const] : []),
  ]);
  changes.sort(([a, up], [b, down]) => a - b || up - down);
  let living = 0;
  let most = 0;
  for (const [, change] of changes) most = Math.max(most, (living += change));
  return most;
}
