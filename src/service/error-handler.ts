import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { formatId } from '../domain/ids.ts';
import { refuse, type Refusal } from '../domain/refusal.ts';
import { isHeldByAnother } from '../economy/home/database-patience.ts';
import type { Logger } from '../platform/logger.ts';
import { loadOf } from './endpoint.ts';
import { sendProblem } from './send-problem.ts';
import { RefusedError } from './refused-error.ts';

/** Turns whatever goes wrong with a request into a problem. What it doesn't know is logged and stays opaque. */
export function handleFailures(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { refusal, instance } = failureOf(error, request, logger);
    // Its rest is not waited for.
    if (refusal.code === 'body_too_large') reply.header('connection', 'close');
    sendProblem(reply, refusal, instance);
    return reply;
  });
}

export interface Failure {
  readonly refusal: Refusal;
  /** Which request it was, where the log tells more. */
  readonly instance?: string;
}

/** What a caller is told of what was thrown. What isn't known is logged and stays opaque. */
export function failureOf(error: unknown, request: FastifyRequest, logger: Logger): Failure {
  const refusal = refusalOf(error as FastifyError, request.routeOptions.bodyLimit);
  if (refusal) return { refusal };
  const load = loadOf(request.raw);
  const instance = load ? `${formatId('execution', load.executionId)}/${load.requests}` : request.id;
  const { method } = request;
  logger.error({ err: error, request: instance, method, route: request.routeOptions.url }, 'a request failed');
  const told = `the service failed; nothing was changed, and the log of the operator names ${instance}`;
  return { refusal: refuse('internal_error', told), instance };
}

/** What Fastify itself refuses, in our words. Undefined where the service is to blame. */
export function refusalOf(error: FastifyError, bodyBytesMax: number | undefined): Refusal | undefined {
  if (error instanceof RefusedError) return error.refusal;
  if (isHeldByAnother(error))
    return refuse('database_locked', 'nothing can be written now, and nothing was changed; try again', { limit: 1 });
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refuse(
        'body_too_large',
        `the body must be at most ${bodyBytesMax ?? 0} bytes`,
        bodyBytesMax === undefined ? {} : { limit: bodyBytesMax },
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuse('unsupported_media_type', 'send a JSON object with Content-Type: application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return refuse('malformed_request', 'Content-Length must be the length of the body');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refuse('route_not_found', 'the path must be that of a route; GET /openapi.json lists them');
    case 'ECONNRESET':
      // The caller left in the middle of its request.
      return refuse('malformed_request', 'send the whole request');
    default:
      return undefined;
  }
}
