import { subtract, toCredits } from '../../domain/credits.ts';
import { doCreditsAddUp } from '../../economy/money/conservation.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { earnedBy, listedAgentsAfter, marksAfter, newestMovement } from '../../economy/views/history-view.ts';
import { glanceView } from '../../economy/views/status-view.ts';
import { AgentHistory } from '../history/agent-history.ts';
import { allRows } from '../history/all-rows.ts';
import { BooksHistory } from '../history/books-history.ts';
import { addMarks, marksPoint, meanMarks, type MarksPoint } from '../history/marks-point.ts';
import { POINTS_MAX, ThinSeries } from '../history/thin-series.ts';
import { lastAudit } from '../last-audit.ts';
import { marketSeries } from '../views/market-series.ts';
import { familyOf } from './family.ts';
import { receiptsOfAll } from './receipts.ts';
import { slotsByLineage } from './slots.ts';

/** Whose lines are drawn: more can't be told apart. */
const LINES = 6;
/** And who stands in tables. */
const ROWS = 60;
const FAMILY = 20_000;

/** All that a report shows. No text that an agent wrote is in it, but for the ids of agents. */
export type ReportData = ReturnType<typeof dataOf>;

/**
 * An economy as it is at this moment and came to be. Everything is read once, and what is kept of it doesn't grow with
 * how long the economy has lived.
 */
export function reportData({ directory, economy }: { readonly directory: string; readonly economy: Economy }) {
  return snapshot(economy, () => dataOf(directory, economy));
}

function dataOf(directory: string, economy: Economy) {
  const { cycle, agents, credits, prompts } = glanceView(economy);
  const richest = richestAgents(economy);
  const market = marketSeries(economy, {});
  if (!market.ok) throw new Error(market.message);
  return {
    made_at: new Date(economy.clock.now()).toISOString(),
    ...{ cycle, agents, credits, prompts },
    books: {
      ...{ credits, adds_up: doCreditsAddUp(economy), transfers: newestMovement(economy) },
      audit: lastAudit(directory) ?? null,
      days: daysOf(economy),
    },
    market: market.value,
    richest,
    balances: richest.slice(0, LINES).map(({ id }) => ({ agent_id: id, balance: balancesOf(economy, id) })),
    marks: marksOf(economy),
    slots: slotsByLineage(economy, { most: LINES - 1, points: POINTS_MAX }),
    receipts: receiptsOfAll(economy, { most: ROWS, points: POINTS_MAX }),
    family: familyOf(economy, FAMILY),
  };
}

/** Those with the most credits. */
function richestAgents(economy: Economy) {
  const rows = allRows(
    (after, limit) => listedAgentsAfter(economy, after, limit),
    ({ number }) => number,
  );
  return [...rows]
    .sort((a, b) => b.posted - a.posted || a.number - b.number)
    .slice(0, ROWS)
    .map(({ id, status, parentId, posted, pending }) => ({
      ...{ id, status, parent: parentId },
      available: toCredits(subtract(posted, pending)),
      pending: toCredits(pending),
      earned: toCredits(earnedBy(economy, id)),
    }));
}

function balancesOf(economy: Economy, agentId: string) {
  const history = new AgentHistory(economy, agentId);
  while (!history.step());
  return history.view().balance;
}

function daysOf(economy: Economy) {
  const history = new BooksHistory(economy);
  while (!history.step());
  return history.view();
}

function marksOf(economy: Economy) {
  const series = new ThinSeries<MarksPoint>({ join: addMarks });
  const rows = allRows(
    (after, limit) => marksAfter(economy, after, limit),
    ({ id }) => id,
  );
  for (const row of rows) series.add(marksPoint(row));
  return series.points.map(meanMarks);
}
