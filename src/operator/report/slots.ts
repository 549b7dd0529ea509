import type { Economy } from '../../economy/economy.ts';
import { slotsAfter } from '../../economy/views/history-view.ts';
import { allRows } from '../history/all-rows.ts';
import { ThinSeries, type Point } from '../history/thin-series.ts';

interface SlotsPoint extends Point {
  readonly byLineage: ReadonlyMap<string, number>;
}

/** Who had the human's attention: how many executions with attention each lineage got. */
export interface Slots {
  /** Those with most, by the ids of their first agents. */
  readonly lineages: readonly { readonly lineage: string; readonly slots: number }[];
  /** Of all others together. */
  readonly others: number;
  /** In the order of `lineages`, and the others last. */
  readonly series: readonly { readonly at: string; readonly slots: readonly number[] }[];
}

/** Of the `most` lineages that had most. Reads all executions with attention. */
export function slotsByLineage(
  economy: Economy,
  { most, points }: { readonly most: number; readonly points: number },
): Slots {
  const series = new ThinSeries<SlotsPoint>({ most: points, join });
  const totals = new Map<string, number>();
  const rows = allRows(
    (after, limit) => slotsAfter(economy, after, limit),
    ({ id }) => id,
  );
  for (const { at, lineageId } of rows) {
    totals.set(lineageId, (totals.get(lineageId) ?? 0) + 1);
    series.add({ at, byLineage: new Map([[lineageId, 1]]) });
  }
  const ranked = [...totals].sort(([, a], [, b]) => b - a);
  const shown = ranked.slice(0, most);
  return {
    lineages: shown.map(([lineage, slots]) => ({ lineage, slots })),
    others: sum(ranked.slice(most).map(([, slots]) => slots)),
    series: series.points.map(({ at, byLineage }) => {
      const slots = shown.map(([lineage]) => byLineage.get(lineage) ?? 0);
      return { at: new Date(at).toISOString(), slots: [...slots, sum([...byLineage.values()]) - sum(slots)] };
    }),
  };
}

/** Into the earlier one's map: points are made here and seen by nobody else before they are whole. */
function join(earlier: SlotsPoint, later: SlotsPoint): SlotsPoint {
  const byLineage = earlier.byLineage as Map<string, number>;
  for (const [lineage, slots] of later.byLineage) byLineage.set(lineage, (byLineage.get(lineage) ?? 0) + slots);
  return { at: later.at, byLineage };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
