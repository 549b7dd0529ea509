import type { Prompt } from '../../domain/attention.ts';
import type { Store } from '../../store/store.ts';
import { allBids, allCycles, allExecutions } from './rows.ts';
import { common, lengthOf, merged, type Span } from './spans.ts';

interface Options {
  readonly prompts: readonly Prompt[];
  readonly presence: readonly Span[];
  readonly until: number;
}

/** How much of the time in which somebody was there they had nothing to answer: of all, and of that in which it was wanted. */
export function idleMeasures(store: Store, { prompts, presence, until }: Options): Readonly<Record<string, number>> {
  const there = merged(presence);
  // One prompt has the slot at a time, so these never overlap.
  const busy = merged(prompts.flatMap((it) => (it.openedAt === null ? [] : [[it.openedAt, it.endedAt ?? until]])));
  const answering = lengthOf(common(there, busy));
  const wanted = lengthOf(common(there, merged([...busy, ...wantedSpans(store, prompts, until)])));
  const present = lengthOf(there);
  return {
    'human.idle_share': present === 0 ? 0 : 1 - answering / present,
    'human.idle_wanted': wanted === 0 ? 0 : 1 - answering / wanted,
  };
}

/** When a bid for attention stood, or somebody wrote who had bought it. */
function wantedSpans(store: Store, prompts: readonly Prompt[], until: number): readonly Span[] {
  const clearedAt = new Map([...allCycles(store)].map(({ cycle, at }) => [cycle, at]));
  const openedAt = new Map(prompts.map((it) => [it.executionId, it.openedAt]));
  const spans: Span[] = [];
  for (const { bundle, placedAt, earliestCycle, endedCycle } of allBids(store))
    if (bundle.attention > 0)
      spans.push([
        Math.max(placedAt, clearedAt.get(earliestCycle) ?? 0),
        endedCycle === null ? until : (clearedAt.get(endedCycle) ?? until),
      ]);
  for (const { id, bundle, allocatedAt, endedAt } of allExecutions(store))
    if (bundle.attention > 0) spans.push([allocatedAt, openedAt.get(id) ?? endedAt ?? until]);
  return spans;
}
