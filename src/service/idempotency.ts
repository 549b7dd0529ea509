import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { IdempotencyKey } from '../economy/executions/once.ts';
import { callerOf } from './identity.ts';
import { sendProblem } from './send-problem.ts';

const KEY = 'idempotencyKey';
const CHARS_MAX = 200;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Where `keyOf` finds the key; declared before any request is taken. */
export const keyDecorator = KEY;

/** A hook that reads `Idempotency-Key` while the body is still as the agent wrote it. */
export function readKey(route: string) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { headers, body } = request;
    const use = { agentId: callerOf(request).agentId, route, body };
    const key = idempotencyKey(headers['idempotency-key'], 'Idempotency-Key', use);
    if (!key.ok) {
      sendProblem(reply, key);
      return;
    }
    if (key.value) request.setDecorator<IdempotencyKey>(KEY, key.value);
    done();
  };
}

/** What a key is used for. */
export interface KeyUse extends Pick<IdempotencyKey, 'agentId' | 'route'> {
  /** As the agent wrote it. */
  readonly body: unknown;
}

/** Undefined where none was sent. `name` is what it was sent as. Refuses: `invalid_idempotency_key`. */
export function idempotencyKey(
  value: unknown,
  name: string,
  { agentId, route, body }: KeyUse,
): Result<IdempotencyKey | undefined> {
  if (value === undefined) return accept(undefined);
  if (typeof value === 'string' && value.length <= CHARS_MAX && VISIBLE_ASCII.test(value))
    return accept({ agentId, route, key: value, bodyHash: hashOf(body) });
  return refuse('invalid_idempotency_key', `${name} must be 1 to ${CHARS_MAX} visible ASCII characters`, {
    field: name,
    limit: CHARS_MAX,
  });
}

/** Undefined where none was sent or the route takes none. */
export function keyOf(request: FastifyRequest): IdempotencyKey | undefined {
  return request.getDecorator<IdempotencyKey | null>(KEY) ?? undefined;
}

/** White space between the tokens of the JSON makes no difference; the order of its keys does. */
function hashOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('hex');
}
