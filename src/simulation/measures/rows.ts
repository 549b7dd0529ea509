import type { Prompt } from '../../domain/attention.ts';
import type { Agent } from '../../domain/agent.ts';
import type { Bid } from '../../domain/bid.ts';
import type { Execution } from '../../domain/execution.ts';
import type { CycleRecord } from '../../store/cycles.ts';
import type { Store } from '../../store/store.ts';

const PAGE = 10_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** All of a table, the newest first, a page at a time. */
function* paged<Row>(page: (before: number, limit: number) => readonly Row[], numberOf: (row: Row) => number) {
  let before = NEWEST;
  for (;;) {
    const rows = page(before, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    before = numberOf(last);
  }
}

export const allBids = ({ bids }: Store): Iterable<Bid> =>
  paged(
    (before, limit) => bids.page(before, limit),
    ({ id }) => id,
  );

export const allExecutions = ({ executions }: Store): Iterable<Execution> => paged(executions.page, ({ id }) => id);

export const allPrompts = ({ prompts }: Store): Iterable<Prompt> => paged(prompts.page, ({ id }) => id);

/** As far back as they are kept. */
export const allCycles = ({ cycles }: Store): Iterable<CycleRecord> => cycles.pagesBefore(NEWEST);

/** The oldest first. */
export function* allAgents({ agents }: Store): Iterable<Agent> {
  let after = 0;
  for (;;) {
    const rows = agents.page(after, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.number;
  }
}
