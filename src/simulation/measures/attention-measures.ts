import { MARKS, type Prompt } from '../../domain/attention.ts';
import type { Store } from '../../store/store.ts';
import { allExecutions, allPrompts } from './rows.ts';
import { largest, sum } from './statistics.ts';

/** From and to, in milliseconds since 1970. */
export type Span = readonly [from: number, to: number];

interface Options {
  readonly days: number;
  readonly presence: readonly Span[] | undefined;
  readonly until: number;
  readonly groupOf: (agentId: string) => string;
}

/** What the human's attention was used for. */
export function attentionMeasures(store: Store, { days, presence, until, groupOf }: Options) {
  const prompts = [...allPrompts(store)];
  const scored = prompts.filter(({ status }) => status === 'scored');
  const marks = sum(scored.map(({ scores }) => (scores ? sum(MARKS.map((mark) => scores[mark])) : 0)));
  const slots = slotShares(store, groupOf);
  return {
    'attention.answers_per_day': scored.length / days,
    'attention.marks_per_day': marks / days,
    'attention.expired': prompts.filter(({ status }) => status === 'expired').length,
    'attention.skipped': prompts.filter(({ status }) => status === 'skipped').length,
    ...(presence && { 'human.idle_share': idleShare(prompts, presence, until) }),
    ...slots,
  };
}

/** The share of the time in which somebody was there and had nothing to answer. */
function idleShare(prompts: readonly Prompt[], presence: readonly Span[], until: number): number {
  const present = sum(presence.map(([from, to]) => to - from));
  // One prompt has the slot at a time, so these never overlap.
  const busy = prompts.flatMap(({ openedAt, endedAt }) => (openedAt === null ? [] : [[openedAt, endedAt ?? until]]));
  const used = sum(busy.flatMap(([from = 0, to = 0]) => presence.map((span) => overlap(span, [from, to]))));
  return present === 0 ? 0 : 1 - used / present;
}

function overlap([from, to]: Span, [otherFrom, otherTo]: Span): number {
  return Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
}

/** Who was given attention: the share of each group, and of the lineage that had most of it. */
function slotShares(store: Store, groupOf: (agentId: string) => string): Readonly<Record<string, number>> {
  const byGroup = new Map<string, number>();
  const byLineage = new Map<string, number>();
  let all = 0;
  for (const { bundle, agentId, lineageId } of allExecutions(store)) {
    if (bundle.attention === 0) continue;
    all++;
    count(byGroup, groupOf(agentId));
    count(byLineage, lineageId);
  }
  const shares = [...byGroup].map(([group, slots]) => [`slots.${group}`, slots / all] as const);
  return { ...Object.fromEntries(shares), 'slots.top_lineage': all === 0 ? 0 : largest(byLineage.values()) / all };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
