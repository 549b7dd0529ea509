import { subtract, toCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import { listedAgentsAfter } from '../../economy/views/history-view.ts';
import { allRows } from '../history/all-rows.ts';

/** The tree of descent in little room: parents stand before their children. */
export interface Family {
  readonly agents: readonly FamilyMember[];
  /** How many younger ones are left out. */
  readonly left_out: number;
}

/** `parent` is the place of the parent in the list; null for none, or one that is left out. */
export type FamilyMember = readonly [
  id: string,
  parent: number | null,
  status: string,
  bornCycle: number,
  available: number,
];

/** The `most` oldest. */
export function familyOf(economy: Economy, most: number): Family {
  const places = new Map<string, number>();
  const agents: FamilyMember[] = [];
  let leftOut = 0;
  const rows = allRows(
    (after, limit) => listedAgentsAfter(economy, after, limit),
    ({ number }) => number,
  );
  for (const { id, parentId, status, bornCycle, posted, pending } of rows) {
    if (agents.length === most) leftOut += 1;
    else {
      const parent = parentId === null ? null : (places.get(parentId) ?? null);
      places.set(id, agents.push([id, parent, status, bornCycle, toCredits(subtract(posted, pending))]) - 1);
    }
  }
  return { agents, left_out: leftOut };
}
