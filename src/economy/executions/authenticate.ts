import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import type { Caller } from './caller.ts';
import { hashToken } from './start-execution.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Who calls: the execution of this connection, if the bearer token is its own, it runs and isn't being stopped.
 * Refuses: `missing_token`, `execution_ended`, `wrong_connection` (a live token of another execution), `invalid_token`.
 */
export function authenticate(
  { [STORE]: store }: Economy,
  executionId: number,
  token: string | undefined,
): Result<Caller> {
  if (token === undefined || token === '')
    return refuse('missing_token', 'send Authorization: Bearer <execution_token of env.json>');
  const hash = hashToken(token);
  const own = store.executions.identityOf(executionId);
  const owner = own?.tokenHash === hash ? own : store.executions.findByTokenHash(hash);
  if (!owner) return refuse('invalid_token', 'the token must be execution_token of env.json');
  if (owner.state === 'settled') return refuse('execution_ended', 'the execution of this token has ended');
  // An execution that is being ended could otherwise still give away its credits.
  if (owner.stopRequested) return refuse('execution_ended', 'the operator has ended the execution of this token');
  if (owner.id !== executionId)
    return refuse('wrong_connection', 'the token belongs to another execution than this connection');
  return accept({ executionId: owner.id, agentId: owner.agentId });
}
