import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import type { Caller } from './caller.ts';
import { STORE } from '../internal/store-key.ts';

/** What makes a request the same one: its agent, its route and the client's key. */
export interface IdempotencyKey {
  readonly agentId: string;
  readonly route: string;
  readonly key: string;
  /** Of the request's body, so that a key used for something else is noticed. */
  readonly bodyHash: string;
}

/** Whether an answer to this key is stored; `once` gives it, or refuses the key. Cheap. */
export function isAnswered({ [STORE]: store }: Economy, { agentId, route, key }: IdempotencyKey): boolean {
  return store.idempotencyKeys.find(agentId, route, key) !== undefined;
}

/**
 * Does what a running execution asks for, once per key. A repetition gets the first answer again and has no effect. The
 * answer is stored in the transaction of the effect. A refusal isn't stored, since it had no effect.
 * Refuses: `execution_ended`, `idempotency_key_reused`, and what the work refuses.
 */
export function once<T>(
  deps: Economy,
  caller: Caller,
  key: IdempotencyKey | undefined,
  work: () => Result<T>,
): Result<T> {
  const { [STORE]: store, clock, config } = deps;
  return store.transaction(() => {
    // Since its token was checked the execution may have been settled, and another process may have ended it.
    if (!store.executions.isLive(caller.executionId))
      return refuse('execution_ended', 'the execution of this token has ended');
    if (!key) return work();
    const stored = store.idempotencyKeys.find(key.agentId, key.route, key.key);
    if (stored?.bodyHash === key.bodyHash) return accept(JSON.parse(stored.answer) as T);
    if (stored) return refuse('idempotency_key_reused', 'use a new Idempotency-Key for another body');
    const result = work();
    if (!result.ok) return result;
    const row = { ...key, answer: JSON.stringify(result.value), at: clock.now() };
    store.idempotencyKeys.insert(row, config.service.idempotency_keys_max);
    return result;
  });
}
