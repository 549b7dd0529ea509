import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import { authenticate } from '../economy/executions/authenticate.ts';
import type { Economy } from '../economy/economy.ts';
import type { Caller } from '../economy/executions/caller.ts';
import { loadOf, type Load } from './endpoint.ts';
import { sendProblem } from './send-problem.ts';

const CALLER = 'caller';
const BEARER = /^Bearer +([^ ]+) *$/i;

/** Where `callerOf` finds who calls; declared before any request is taken. */
export const callerDecorator = CALLER;

export interface IdentifyOptions {
  /** Also takes the token as the SDKs of LLM providers send it. */
  readonly apiKey: boolean;
  /**
   * Whether the execution still runs is asked in the transaction of what it wants. So a token that is known isn't
   * looked up here.
   */
  readonly isCheckedLater: boolean;
}

/**
 * A hook that lets only the execution pass whose connection this is and whose token was sent. Nothing else of the request
 * is believed.
 */
export function identify(economy: Economy, options: IdentifyOptions) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const load = loadOf(request.raw);
    const caller = load
      ? callerAt(economy, load, tokenOf(request.headers, options.apiKey), options)
      : refuse('wrong_connection', 'call from within an execution');
    if (!caller.ok) {
      const isMisplaced = caller.code === 'missing_token' && options.apiKey && IN_ADDRESS.test(request.url);
      sendProblem(reply, isMisplaced ? MISPLACED : caller);
      return;
    }
    request.setDecorator(CALLER, caller.value);
    done();
  };
}

function callerAt(
  economy: Economy,
  load: Load,
  token: string | undefined,
  { isCheckedLater }: IdentifyOptions,
): Result<Caller> {
  const { executionId, agentId } = load;
  if (isCheckedLater && agentId !== undefined && token === load.token) return accept({ executionId, agentId });
  const caller = authenticate(economy, executionId, token);
  if (caller.ok) Object.assign(load, { token, agentId: caller.value.agentId });
  return caller;
}

/** Who calls; only after `identify`. */
export function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller>(CALLER);
}

function tokenOf(headers: IncomingHttpHeaders, apiKey: boolean): string | undefined {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined || !apiKey) return bearer;
  const key = headers['x-api-key'] ?? headers['x-goog-api-key'];
  return typeof key === 'string' ? key : undefined;
}

const IN_ADDRESS = /[?&](key|access_token)=/;

/** Google takes keys there too; but addresses are kept in logs and histories, where no token may be. */
const MISPLACED = refuse('missing_token', 'send the token in the header x-goog-api-key, not in the address');
