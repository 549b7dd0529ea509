import type { MicroCredits } from '../../domain/credits.ts';
import type { CycleRecord } from '../../store/cycles.ts';
import type {
  AgentReceipt,
  DayFlow,
  ListedAgent,
  MarkRow,
  Movement,
  ReceiptRow,
  SlotRow,
} from '../../store/history-rows.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

// Records in the order in which they were made, those with ids over `after`.

export type { AgentReceipt, DayFlow, ListedAgent, MarkRow, Movement, ReceiptRow };

/** Rows of the ledger that moved an agent's credits, or hold them. */
export function movementsAfter(economy: Economy, agentId: string, after: number, limit: number): readonly Movement[] {
  return economy[STORE].history.movementsOf(agentId, after, limit);
}

/** What rows of the ledger moved, by day. */
export function flowsBetween(
  economy: Economy,
  span: { readonly after: number; readonly upTo: number },
): readonly DayFlow[] {
  return economy[STORE].history.flows(span);
}

/** The number of the ledger's newest row, 0 where there is none. */
export function newestMovement(economy: Economy): number {
  return economy[STORE].history.newestMovement();
}

/** Which agent each execution was of. */
export function runsAfter(economy: Economy, after: number, limit: number) {
  return economy[STORE].history.runsAfter(after, limit);
}

/** What an agent's executions bought and used. */
export function receiptsAfter(economy: Economy, agentId: string, after: number, limit: number): readonly ReceiptRow[] {
  return economy[STORE].history.receiptsOf(agentId, after, limit);
}

/** What all executions bought, used and paid. */
export function allReceiptsAfter(economy: Economy, after: number, limit: number): readonly AgentReceipt[] {
  return economy[STORE].history.receiptsAfter(after, limit);
}

/** Marks of one agent's prompts, or of all. */
export function marksAfter(
  { [STORE]: { history } }: Economy,
  after: number,
  limit: number,
  agentId?: string,
): readonly MarkRow[] {
  return agentId === undefined ? history.marksAfter(after, limit) : history.marksOf(agentId, after, limit);
}

/** Executions that had the human's attention. */
export function slotsAfter(economy: Economy, after: number, limit: number): readonly SlotRow[] {
  return economy[STORE].history.slotsAfter(after, limit);
}

/** Agents with numbers over `after`, without what would cost a look at each. */
export function listedAgentsAfter(economy: Economy, after: number, limit: number): readonly ListedAgent[] {
  return economy[STORE].history.agentsAfter(after, limit);
}

/** Children of an agent, or those that have no parent, with numbers over `after`. */
export function childrenAfter(
  { [STORE]: { history } }: Economy,
  parentId: string | null,
  after: number,
  limit: number,
): readonly ListedAgent[] {
  return parentId === null ? history.rootsAfter(after, limit) : history.childrenAfter(parentId, after, limit);
}

/** In micro-credits, of the next agents that were ever rewarded, in the order of their ids. */
export function earnedAfter(
  economy: Economy,
  agentId: string,
  limit: number,
): readonly (readonly [agentId: string, earned: number])[] {
  return economy[STORE].prompts.earnedAfter(agentId, limit);
}

export function earnedBy(economy: Economy, agentId: string): MicroCredits {
  return economy[STORE].prompts.earned(agentId);
}

export function countChildren(economy: Economy, agentId: string): number {
  return economy[STORE].agents.children(agentId);
}

/** The oldest and the newest cycle on record; undefined where none is. */
export function recordedCycles(economy: Economy): { readonly oldest: number; readonly newest: number } | undefined {
  return economy[STORE].cycles.ends();
}

/** Every `step`th cycle of a span, the oldest first. */
export function cyclesAcross(
  economy: Economy,
  span: { readonly from: number; readonly to: number; readonly step: number },
): readonly CycleRecord[] {
  return economy[STORE].cycles.spread(span);
}
