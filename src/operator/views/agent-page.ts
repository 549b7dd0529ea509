import type { AgentStatus } from '../../domain/agent.ts';
import { subtract, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import {
  countChildren,
  earnedAfter,
  earnedBy,
  listedAgentsAfter,
  type ListedAgent,
} from '../../economy/views/history-view.ts';
import type { Histories } from '../history/histories.ts';
import { inTurns, nextTurn } from '../history/in-turns.ts';
import { checkPage } from './row-page.ts';

export const AGENT_ORDERS = ['available', 'earned', 'executions', 'born', 'seen', 'id'] as const;
export type AgentOrder = (typeof AGENT_ORDERS)[number];

export interface AgentPageQuery {
  readonly limit: number;
  /** How many of the list were shown before. Agents may change places meanwhile. */
  readonly after: number;
  readonly sort: AgentOrder;
  /** The largest, the youngest, first. */
  readonly isDescending: boolean;
  readonly status?: AgentStatus | undefined;
  /** What its id, its parent's or its template's name contains. */
  readonly text?: string | undefined;
}

export interface AgentPage {
  readonly agents: readonly AgentRow[];
  /** How many there are, on all pages. */
  readonly count: number;
  /** What to give as `after` for the next page; null where there is none. */
  readonly next: number | null;
  /** False while executions are still being counted. */
  readonly complete: boolean;
}

/** As `agents --json` has them, without what costs a long look at each. */
export type AgentRow = ReturnType<typeof rowOf>;

interface Sortable {
  readonly agent: ListedAgent;
  readonly available: MicroCredits;
  /** Zero where they are not sorted by it. */
  readonly earned: number;
  readonly executions: number;
}

const ROWS = 250;
/** For how long an answer may wait for executions that were not counted yet: longer where its order depends on them. */
const PATIENCE_MS = { executions: 300, other: 50 };
const OFFSET_MAX = 1_000_000;

/** A page of all who live here and have, in the order asked for. Refuses as `checkPage` does. */
export async function agentPage(
  economy: Economy,
  { runs }: Pick<Histories, 'runs'>,
  query: AgentPageQuery,
): Promise<Result<AgentPage>> {
  const { limit, after, sort, isDescending } = query;
  const wrong = checkPage({ limit }) ?? checkWhole(after, 'after', { least: 0, most: OFFSET_MAX });
  if (wrong) return wrong;
  const patienceMs = PATIENCE_MS[sort === 'executions' ? sort : 'other'];
  const complete = await inTurns(() => runs.step(), { clock: economy.clock, patienceMs });
  const earned = sort === 'earned' ? await earnedByAll(economy) : undefined;
  const agents = await matching(economy, query, (agent) => ({
    ...{ agent, available: subtract(agent.posted, agent.pending) },
    ...{ earned: earned?.get(agent.id) ?? 0, executions: runs.of(agent.id) },
  }));
  await nextTurn();
  const direction = isDescending ? -1 : 1;
  agents.sort((a, b) => direction * (compare(sort, a, b) || a.agent.number - b.agent.number));
  const shown = agents.slice(after, after + limit);
  return accept({
    agents: snapshot(economy, () => shown.map((it) => rowOf(economy, it))),
    count: agents.length,
    next: after + limit < agents.length ? after + limit : null,
    complete,
  });
}

/** As `matching`, a few at a time. */
async function earnedByAll(economy: Economy): Promise<ReadonlyMap<string, number>> {
  const earned = new Map<string, number>();
  let last = '';
  const step = () => {
    const rows = earnedAfter(economy, last, ROWS);
    for (const [id, amount] of rows) earned.set(id, amount);
    last = rows.at(-1)?.[0] ?? last;
    return rows.length < ROWS;
  };
  await inTurns(step, { clock: economy.clock, patienceMs: Infinity });
  return earned;
}

/** Read a few at a time: there may be ten thousand. */
async function matching(
  economy: Economy,
  { status, text }: AgentPageQuery,
  sortable: (agent: ListedAgent) => Sortable,
): Promise<Sortable[]> {
  const wanted = text?.trim().toLowerCase() ?? '';
  const isWanted = ({ id, parentId, template }: ListedAgent) =>
    wanted === '' || [id, parentId, template].some((name) => name?.toLowerCase().includes(wanted) === true);
  const found: Sortable[] = [];
  let last = 0;
  const step = () => {
    const rows = listedAgentsAfter(economy, last, ROWS);
    for (const agent of rows)
      if ((status === undefined || agent.status === status) && isWanted(agent)) found.push(sortable(agent));
    last = rows.at(-1)?.number ?? last;
    return rows.length < ROWS;
  };
  await inTurns(step, { clock: economy.clock, patienceMs: Infinity });
  return found;
}

function compare(sort: AgentOrder, a: Sortable, b: Sortable): number {
  switch (sort) {
    case 'available':
    case 'earned':
    case 'executions':
      return a[sort] - b[sort];
    case 'seen':
      return (a.agent.lastSeenCycle ?? -1) - (b.agent.lastSeenCycle ?? -1);
    case 'id':
      return a.agent.id < b.agent.id ? -1 : 1;
    case 'born':
      return 0;
  }
}

function rowOf(economy: Economy, { agent, available, executions }: Sortable) {
  return {
    id: agent.id,
    status: agent.status,
    stopped: agent.isStopped,
    parent: agent.parentId,
    lineage: agent.lineageId,
    template: agent.template,
    born_cycle: agent.bornCycle,
    born_at: new Date(agent.bornAt).toISOString(),
    last_seen_cycle: agent.lastSeenCycle,
    children: countChildren(economy, agent.id),
    available: toCredits(available),
    pending: toCredits(agent.pending),
    earned: toCredits(earnedBy(economy, agent.id)),
    executions,
  };
}
