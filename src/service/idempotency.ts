import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { IdempotencyKey } from '../economy/executions/once.ts';
import { callerOf } from './identity.ts';
import { sendProblem } from './problem.ts';

const KEY = 'idempotencyKey';
const CHARS_MAX = 200;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Where `keyOf` finds the key; declared before any request is taken. */
export const keyDecorator = KEY;

/** A hook that reads `Idempotency-Key` while the body is still as the agent wrote it. */
export function readKey(route: string) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const key = checkKey(request.headers['idempotency-key']);
    if (!key.ok) {
      sendProblem(reply, key);
      return;
    }
    if (key.value !== undefined) {
      const { agentId } = callerOf(request);
      request.setDecorator<IdempotencyKey>(KEY, { agentId, route, key: key.value, bodyHash: hashOf(request.body) });
    }
    done();
  };
}

/** Undefined where none was sent or the route takes none. */
export function keyOf(request: FastifyRequest): IdempotencyKey | undefined {
  return request.getDecorator<IdempotencyKey | null>(KEY) ?? undefined;
}

function checkKey(header: string | readonly string[] | undefined): Result<string | undefined> {
  if (header === undefined) return accept(undefined);
  if (typeof header === 'string' && header.length <= CHARS_MAX && VISIBLE_ASCII.test(header)) return accept(header);
  return refuse('invalid_idempotency_key', `Idempotency-Key must be 1 to ${CHARS_MAX} visible ASCII characters`, {
    field: 'Idempotency-Key',
    limit: CHARS_MAX,
  });
}

/** White space between the tokens of the JSON makes no difference; the order of its keys does. */
function hashOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('hex');
}
