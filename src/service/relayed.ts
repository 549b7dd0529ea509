import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import { callerOf } from './identity.ts';
import { sendProblem } from './send-problem.ts';
import type { RelayedAnswer, RouteSpec } from './route.ts';

type Relay = NonNullable<RouteSpec['relay']>;

export interface RelayLimits {
  /** How long a caller may leave a stream unread before it counts as gone. */
  readonly stalledMs: number;
  /** The machine's own. */
  readonly clock: Clock;
}

/** A handler that passes the call on, and its answer back as it comes. */
export function relayed(relay: Relay, limits: RelayLimits) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const headers = (answer: RelayedAnswer) => headersOf(answer, request);
    const { body, query, params } = request;
    const result = await relay({ caller: callerOf(request), body, query, params, hungUp: hungUp(reply) });
    if (!result.ok) {
      sendProblem(reply, result);
      return reply;
    }
    const { json, events, mediaType = 'text/event-stream' } = result.value;
    if (events) await stream(reply, { ...headers(result.value), 'content-type': mediaType }, events, limits);
    else void reply.headers(headers(result.value)).code(200).send(json);
    return reply;
  };
}

/** Aborted when the caller leaves before it has its answer. */
export function hungUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new Error('the caller left'));
  });
  return gone.signal;
}

async function stream(
  reply: FastifyReply,
  headers: Record<string, string>,
  events: AsyncIterable<string>,
  limits: RelayLimits,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...headers, 'cache-control': 'no-cache' });
  // A model may think for long before its first word.
  raw.flushHeaders();
  try {
    // Also where the caller has left by now, since making the events settles what they cost.
    for await (const text of events) {
      if (raw.destroyed) break;
      if (text !== '' && !raw.write(text)) await drained(raw, limits);
    }
    raw.end();
  } catch (error) {
    // What was promised can't be kept; a caller sees that from the missing end.
    raw.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

/** Waits until the caller has read on; one that doesn't is cut off. */
async function drained(raw: ServerResponse, { clock, stalledMs }: RelayLimits): Promise<void> {
  const over = new AbortController();
  try {
    await withDeadline({ clock, milliseconds: stalledMs }, (late) => {
      // What was waited for in vain lets go of the answer too: a slow reader makes it wait thousands of times.
      const signal = AbortSignal.any([late, over.signal]);
      return Promise.race([once(raw, 'drain', { signal }), once(raw, 'close', { signal })]);
    });
  } catch {
    raw.destroy();
  } finally {
    over.abort();
  }
}

/** Features that an agent may not switch on. */
const NOT_PASSED_ON = ['anthropic-beta', 'openai-beta'];

function headersOf({ removed, tokensLeft }: RelayedAnswer, request: FastifyRequest): Record<string, string> {
  const dropped = NOT_PASSED_ON.filter((name) => request.headers[name] !== undefined);
  const names = [...removed, ...dropped].map((name) => name.replaceAll(/[^\w.-]/g, '?').slice(0, 64)).slice(0, 32);
  return {
    'x-bp-tokens-left': String(tokensLeft()),
    ...(names.length > 0 && { 'x-bp-removed': names.join(', ') }),
  };
}
