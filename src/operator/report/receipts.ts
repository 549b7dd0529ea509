import { add, toCredits, ZERO, type MicroCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import { allReceiptsAfter } from '../../economy/views/history-view.ts';
import { allRows } from '../history/all-rows.ts';
import { addSums, meanReceipt, sumsOfReceipt, type ReceiptSums } from '../history/receipt-sums.ts';
import { ThinSeries, type Point } from '../history/thin-series.ts';

type Mean = ReturnType<typeof meanReceipt>;

export interface Receipts {
  /** How many executions there were. */
  readonly executions: number;
  /** What an execution bought and used on average, over time. */
  readonly series: readonly (Mean & { readonly at: string })[];
  /** Of those that ran most. */
  readonly agents: readonly (Mean & { readonly agent_id: string; readonly paid: number })[];
}

/** What executions bought against what they used, and of the `most` agents that ran most. Reads all executions. */
export function receiptsOfAll(
  economy: Economy,
  { most, points }: { readonly most: number; readonly points: number },
): Receipts {
  const series = new ThinSeries<ReceiptSums & Point>({
    most: points,
    join: (earlier, later) => ({ at: later.at, ...addSums(earlier, later) }),
  });
  const byAgent = new Map<string, { readonly sums: ReceiptSums; readonly paid: MicroCredits }>();
  let executions = 0;
  const rows = allRows(
    (after, limit) => allReceiptsAfter(economy, after, limit),
    ({ id }) => id,
  );
  for (const row of rows) {
    if (row.outcome === null) continue;
    executions += 1;
    const sums = sumsOfReceipt(row);
    series.add({ at: row.at, ...sums });
    const known = byAgent.get(row.agentId);
    byAgent.set(row.agentId, {
      sums: known ? addSums(known.sums, sums) : sums,
      paid: add(known?.paid ?? ZERO, row.price),
    });
  }
  const agents = [...byAgent].sort(([, a], [, b]) => b.sums.executions - a.sums.executions).slice(0, most);
  return {
    executions,
    series: series.points.map(({ at, ...sums }) => ({ at: new Date(at).toISOString(), ...meanReceipt(sums) })),
    agents: agents.map(([id, { sums, paid }]) => ({ agent_id: id, paid: toCredits(paid), ...meanReceipt(sums) })),
  };
}
