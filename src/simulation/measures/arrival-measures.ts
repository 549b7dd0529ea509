import type { Prompt } from '../../domain/attention.ts';
import type { Store } from '../../store/store.ts';
import { allAgents, allPrompts } from './rows.ts';
import { smallest, sum } from './statistics.ts';

interface Options {
  /** When the record begins and ends. */
  readonly began: number;
  readonly until: number;
  readonly groupOf: (agentId: string) => string;
}

const MICRO = 1_000_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What stands at the end is the mean of the last part. */
const END_SHARE = 0.25;
const WINDOW_HOURS = 6;
const STEADY_SHARE = 0.8;

/** How soon each group was heard after its first agent was made, and what it came to in the end. */
export function arrivalMeasures(store: Store, { began, until, groupOf }: Options): Readonly<Record<string, number>> {
  const opened = [...allPrompts(store)].filter(({ openedAt }) => openedAt !== null);
  const end = until - (until - began) * END_SHARE;
  const lately = opened.filter(({ endedAt }) => endedAt !== null && endedAt >= end);
  const agents = [...allAgents(store)];
  const measures: Record<string, number> = {};
  for (const group of new Set(agents.map(({ id }) => groupOf(id)))) {
    const isOwn = ({ agentId }: Prompt) => groupOf(agentId) === group;
    measures[`earned_lately.${group}`] =
      sum(lately.filter(isOwn).map(({ reward }) => reward)) / MICRO / ((until - end) / DAY_MS);
    const own = opened.filter(isOwn);
    if (own.length === 0) continue;
    const arrived = smallest(agents.filter(({ id }) => groupOf(id) === group).map(({ bornAt }) => bornAt));
    measures[`heard_after_hours.${group}`] = (smallest(own.map(openedAt)) - arrived) / HOUR_MS;
    const steady = steadyAfter(arrived, { opened, isOwn, end, until });
    if (steady !== undefined) measures[`steady_after_hours.${group}`] = steady;
  }
  return measures;
}

interface Course {
  readonly opened: readonly Prompt[];
  readonly isOwn: (prompt: Prompt) => boolean;
  readonly end: number;
  readonly until: number;
}

/** Hours until its share of some hours' prompts was for the first time nearly what it is in the end. */
function steadyAfter(arrived: number, { opened, isOwn, end, until }: Course): number | undefined {
  const share = (from: number, to: number) => {
    const within = opened.filter((it) => openedAt(it) >= from && openedAt(it) < to);
    return within.length === 0 ? 0 : within.filter(isOwn).length / within.length;
  };
  const steady = share(Math.max(arrived, end), until) * STEADY_SHARE;
  if (steady === 0) return undefined;
  for (let hours = WINDOW_HOURS; arrived + hours * HOUR_MS <= until; hours++)
    if (share(arrived + (hours - WINDOW_HOURS) * HOUR_MS, arrived + hours * HOUR_MS) >= steady) return hours;
  return undefined;
}

function openedAt(prompt: Prompt): number {
  return prompt.openedAt ?? Number.NaN;
}
