import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/refusal.ts';
import { authenticate } from '../economy/authenticate.ts';
import type { Caller, EconomyDeps } from '../economy/deps.ts';
import { loadOf } from './endpoint.ts';
import { sendProblem } from './problem.ts';

const CALLER = 'caller';
const BEARER = /^Bearer +([^ ]+) *$/i;

/** Where `callerOf` finds who calls; declared before any request is taken. */
export const callerDecorator = CALLER;

/**
 * A hook that lets only the execution pass whose socket this is and whose token was sent. Nothing else of the request
 * is believed. `apiKey` also takes the token as the SDKs of LLM providers send it.
 */
export function identify(economy: EconomyDeps, { apiKey }: { readonly apiKey: boolean }) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const executionId = loadOf(request.raw)?.executionId;
    const caller =
      executionId === undefined
        ? refuse('wrong_socket', 'call through the socket of an execution')
        : authenticate(economy, executionId, tokenOf(request.headers, apiKey));
    if (!caller.ok) {
      sendProblem(reply, caller);
      return;
    }
    request.setDecorator(CALLER, caller.value);
    done();
  };
}

/** Who calls; only after `identify`. */
export function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller>(CALLER);
}

function tokenOf(headers: IncomingHttpHeaders, apiKey: boolean): string | undefined {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined || !apiKey) return bearer;
  const key = headers['x-api-key'];
  return typeof key === 'string' ? key : undefined;
}
