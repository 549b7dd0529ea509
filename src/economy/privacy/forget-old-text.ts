import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

const DAY_MS = 86_400_000;

/** Of each kind, in one transaction: the market goes on between two of them. */
const ROWS_MAX = 500;

/** Whether the configuration lets go of any text after a while. */
export function forgetsText({ config }: Economy): boolean {
  const { prompts, answers, messages, requests, calls, outputs } = config.history.days;
  return [prompts, answers, messages, requests, calls, outputs].some((days) => days !== null);
}

/**
 * Lets go of text that is older than `history.days` keeps it, a limited number of rows at a time; the rest is for the
 * next time. Records and money stay. Returns how many rows lost text.
 */
export function forgetOldText({ [STORE]: store, clock, config }: Economy): number {
  const now = clock.now();
  const before = (days: number | null) => (days === null ? null : now - days * DAY_MS);
  const { prompts, answers, messages, requests, calls } = config.history.days;
  const limits = {
    prompts: before(prompts),
    answers: before(answers),
    messages: before(messages),
    requests: before(requests),
    calls: before(calls),
  };
  return store.transaction(() => store.texts.forgetOlder(limits, now, ROWS_MAX));
}

/** Whether what an execution printed is kept no longer. */
export function isOutdatedOutput(economy: Economy, executionId: number): boolean {
  const endedAt = economy[STORE].executions.find(executionId)?.endedAt ?? null;
  const before = outputsBefore(economy);
  return endedAt !== null && before !== null && endedAt < before;
}

/**
 * The executions after `after` whose output is kept no longer, the oldest first, at most `limit`. It stops at the first
 * one that is too young. So an output is kept too long at most by the wall time of an execution that began before it.
 */
export function outdatedOutputs(
  economy: Economy,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly number[] {
  const before = outputsBefore(economy);
  if (before === null) return [];
  const ends = economy[STORE].executions.endsAfter(after, limit);
  const younger = ends.findIndex(({ endedAt }) => endedAt === null || endedAt >= before);
  return (younger < 0 ? ends : ends.slice(0, younger)).map(({ id }) => id);
}

function outputsBefore({ clock, config }: Economy): number | null {
  const { outputs: days } = config.history.days;
  return days === null ? null : clock.now() - days * DAY_MS;
}
