import type { Family } from '../../../operator/report/family.ts';
import type { LineageNode } from '../../../operator/views/lineage.ts';
import type { LoadChildren } from '../parts/open-nodes.ts';

const PAGE = 40;

/** Gives the children of an agent, a page at a time, out of the list that a report holds. */
export function familyTree({ agents }: Family): LoadChildren {
  const places = new Map(agents.map(([id], place) => [id, place]));
  const children = new Map<number | null, number[]>();
  for (const [place, [, parent]] of agents.entries()) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(place);
    else children.set(parent, [place]);
  }
  const nodeAt = (place: number): readonly LineageNode[] => {
    const agent = agents[place];
    if (!agent) return [];
    const [id, , status, born, available] = agent;
    const count = children.get(place)?.length ?? 0;
    const node = { id, status: status as LineageNode['status'], born_cycle: born, available, children: count };
    return [{ ...node, stopped: false, template: null }];
  };
  return (parent, after) => {
    const all = children.get(parent === null ? null : (places.get(parent) ?? -1)) ?? [];
    const from = after ?? 0;
    const shown = all.slice(from, from + PAGE);
    return Promise.resolve({
      agents: shown.flatMap(nodeAt),
      next: from + PAGE < all.length ? from + PAGE : null,
    });
  };
}
