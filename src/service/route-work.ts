import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import { isAnswered, once, type IdempotencyKey } from '../economy/executions/once.ts';
import { noteRefusedBid } from '../economy/executions/refused-bid.ts';
import { shareCommit } from '../economy/share-commit.ts';
import type { Clock } from '../platform/clock.ts';
import { hasEffect, type Call, type RouteSpec } from './route.ts';
import { noteRefusal } from './tried-bid.ts';

export interface RouteWorkDeps {
  readonly economy: Economy;
  /** The machine's own. */
  readonly clock: Clock;
}

/** A call whose input was read, whichever way it came. */
export interface KeyedCall extends Call<unknown, unknown, unknown> {
  readonly key: IdempotencyKey | undefined;
  /** Whether it is to place a bid of the caller's own; undefined where nobody looked. */
  readonly triesBid: boolean | undefined;
}

export interface Worked {
  readonly result: Result<unknown>;
  /** It was done before: this is the answer of then. */
  readonly isReplayed: boolean;
}

export type RouteWork = (call: KeyedCall) => Promise<Worked>;

/** How long a request waits for another process that holds the database, before its agent is told to come back. */
const HELD_MS_MAX = 2_000;

/** What a route does, with all that holds however it is called. Not for one that relays. */
export function routeWork(
  { economy, clock }: RouteWorkDeps,
  { operation, gather, work, ...spec }: RouteSpec,
): RouteWork {
  if (!work) throw new Error(`${operation} does no work`);
  if (!hasEffect(spec)) return async (call) => ({ result: await work(call, undefined), isReplayed: false });
  // The use case and the answer to its key in one savepoint; the reply waits for the commit that it shares with others.
  return async (call) => {
    const { caller, key, triesBid } = call;
    const noted = async (worked: Worked): Promise<Worked> => {
      if (!worked.result.ok && triesBid) await noteRefusal({ economy, clock }, caller.executionId, worked.result.code);
      return worked;
    };
    const wrong = checkExecution(call.body, caller.executionId);
    if (wrong) return noted({ result: wrong, isReplayed: false });
    const gathered = gather && !(key && isAnswered(economy, key)) ? await gather(call) : accept(undefined);
    if (!gathered.ok) return noted({ result: gathered, isReplayed: false });
    const done = { now: false };
    const write = () =>
      once(economy, caller, key, () => {
        done.now = true;
        const worked = work(call, gathered.value);
        if (worked instanceof Promise) throw new Error(`${operation} must not wait`);
        if (worked.ok && triesBid) noteRefusedBid(economy, caller.executionId, null);
        return worked;
      });
    const result = await shareCommit(economy, clock, write, { limitMs: HELD_MS_MAX });
    return noted({ result, isReplayed: result.ok && !done.now });
  };
}

function checkExecution(body: unknown, executionId: number): Refusal | undefined {
  if (typeof body !== 'object' || body === null || !('execution_id' in body)) return undefined;
  if (body.execution_id === undefined || body.execution_id === executionId) return undefined;
  return refuse('wrong_execution', "execution_id must be the caller's own, or absent", { field: 'execution_id' });
}
