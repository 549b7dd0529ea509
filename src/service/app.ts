import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { refuse, type Refusal, type Result } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import { once } from '../economy/executions/once.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { loadOf } from './endpoint.ts';
import { handleFailures, refusalOf } from './error-handler.ts';
import { keyDecorator, keyOf, readKey } from './idempotency.ts';
import { callerDecorator, callerOf, identify } from './identity.ts';
import { parseJsonBody } from './json-body.ts';
import { methodsOf } from './methods.ts';
import { routerPath, withModelAsOnePart } from './route-path.ts';
import { documentation, documentRoutes, openApi } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { relayed } from './relayed.ts';
import { RefusedError } from './refused-error.ts';
import type { RouteSpec } from './route.ts';
import { firstRefusal } from './schema.ts';
import { lookForBid, noteRefusal, noteUnread, triedBid, triedBidDecorator } from './tried-bid.ts';
import { noteRefusedBid } from '../economy/executions/refused-bid.ts';
import { shareCommit } from '../economy/share-commit.ts';

export interface AppOptions {
  readonly economy: Economy;
  readonly logger: Logger;
  /** The machine's own. */
  readonly clock: Clock;
  readonly routes: readonly RouteSpec[];
}

/** How long a request waits for another process that holds the database, before its agent is told to come back. */
const HELD_MS_MAX = 2_000;

const OPENAPI_PATH = '/openapi.json';

/** The application, apart from listening: each execution's endpoint passes its requests to `routing`. */
export async function buildApp({ economy, logger, clock, routes }: AppOptions): Promise<FastifyInstance> {
  const { service } = economy.config;
  const app = Fastify({
    bodyLimit: service.body_bytes_max,
    return503OnClosing: false,
    rewriteUrl: ({ url = '' }) => withModelAsOnePart(url),
    routerOptions: { maxParamLength: service.header_bytes_max },
    frameworkErrors: (error, _request, reply) =>
      sendProblem(reply, refusalOf(error, undefined) ?? refuse('malformed_request', 'send HTTP/1.1')),
  });
  app.decorateRequest(callerDecorator, null);
  app.decorateRequest(keyDecorator, null);
  app.decorateRequest(triedBidDecorator, null);
  takeJsonOnly(app);
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const read = schema.safeParse(data);
    return read.success ? { value: read.data } : { error: new RefusedError(firstRefusal(read.error, schema)) };
  });
  // The schemas of answers are for OpenAPI: what a use case gave is never refused on its way out.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  handleFailures(app, logger);
  app.addHook('onRequest', refuseOverload(service.concurrent_requests_max));
  app.addHook('onRequest', refuseUnknown([...routes, { method: 'GET', path: OPENAPI_PATH }]));

  await documentRoutes(app);
  for (const spec of routes) addRoute(app, { economy, clock }, spec);
  // One for all that are being sent: who doesn't read it holds no copy of its own.
  let document: Buffer | undefined;
  app.get(OPENAPI_PATH, { schema: { hide: true } }, (_request, reply) => {
    document ??= Buffer.from(openApi(app));
    return reply.type('application/json').send(document);
  });
  await app.ready();
  return app;
}

function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    const body = parseJsonBody(bytes);
    if (body.ok) done(null, body.value);
    else done(new RefusedError(body));
  });
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

function refuseOverload(openMax: number): Hook {
  return (request, reply, done) => {
    const open = loadOf(request.raw)?.open ?? 0;
    if (open <= openMax) done();
    else sendProblem(reply, refuse('too_many_requests', `at most ${openMax} requests may be open`, { limit: openMax }));
  };
}

/** Before the body of a request to nowhere is read. */
function refuseUnknown(routes: readonly Pick<RouteSpec, 'method' | 'path'>[]): Hook {
  return (request, reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const methods = methodsOf(routes, request.url).join(', ');
    if (methods === '')
      sendProblem(reply, refuse('route_not_found', `there is no such route; GET ${OPENAPI_PATH} lists them`));
    else
      sendProblem(
        reply.header('allow', methods),
        refuse('method_not_allowed', `this route takes ${methods}`, { limit: methods }),
      );
  };
}

type RouteDeps = Pick<AppOptions, 'economy' | 'clock'>;

function addRoute(app: FastifyInstance, deps: RouteDeps, spec: RouteSpec): void {
  const { economy } = deps;
  const { method, path, group, body, query, params, bodyBytesMax, triesBid } = spec;
  const hasEffect = method !== 'GET' && group !== 'intelligence';
  // A call of a model is billed each time that it is made.
  const takesKey = hasEffect && method === 'POST';
  app.route({
    method,
    url: routerPath(path),
    ...(bodyBytesMax !== undefined && { bodyLimit: bodyBytesMax }),
    schema: {
      ...(body && { body }),
      ...(query && { querystring: query }),
      ...(params && { params }),
      ...documentation(spec, takesKey),
    },
    preValidation: [
      identify(economy, { apiKey: group === 'intelligence', isCheckedLater: hasEffect }),
      ...(method === 'POST' ? [requireBody] : []),
      ...(takesKey ? [readKey(`${method} ${path}`)] : []),
      ...(triesBid ? [lookForBid(triesBid)] : []),
    ],
    ...(triesBid && { onError: noteUnread({ ...deps, limitMs: HELD_MS_MAX }, triesBid) }),
    handler: handlerOf(deps, spec, hasEffect),
  });
}

function handlerOf({ economy, clock }: RouteDeps, spec: RouteSpec, hasEffect: boolean) {
  const { relay } = spec;
  if (relay) return relayed(relay, { stalledMs: economy.config.intelligence.stalled_timeout_ms, clock });
  return hasEffect ? workOnce({ economy, clock }, spec) : work(spec);
}

const requireBody: Hook = (request, reply, done) => {
  if (request.body === undefined) sendProblem(reply, refuse('invalid_json', 'the body is empty; send a JSON object'));
  else done();
};

function work(spec: RouteSpec) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { body, query, params } = request;
    return answer(reply, spec, await workOf(spec)({ caller: callerOf(request), body, query, params }));
  };
}

/** The use case and the answer to its key in one savepoint; the reply waits for the commit that it shares with others. */
function workOnce({ economy, clock }: RouteDeps, spec: RouteSpec) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { body, query, params } = request;
    const caller = callerOf(request);
    const tried = triedBid(request);
    const noted = async (result: Result<unknown>) => {
      if (!result.ok && tried) await noteRefusal({ economy, clock, limitMs: HELD_MS_MAX }, request, result.code);
      return answer(reply, spec, result);
    };
    const wrong = checkExecution(body, caller.executionId);
    if (wrong) return noted(wrong);
    const done = { now: false };
    const key = keyOf(request);
    const worker = workOf(spec);
    const write = () =>
      once(economy, caller, key, () => {
        done.now = true;
        const worked = worker({ caller, body, query, params });
        if (worked instanceof Promise) throw new Error(`${spec.operation} must not wait`);
        if (worked.ok && tried) noteRefusedBid(economy, caller.executionId, null);
        return worked;
      });
    const result = await shareCommit(economy, clock, write, { limitMs: HELD_MS_MAX });
    if (result.ok && !done.now) reply.header('idempotency-replayed', 'true');
    return noted(result);
  };
}

function workOf({ operation, work: found }: RouteSpec): NonNullable<RouteSpec['work']> {
  if (!found) throw new Error(`${operation} does no work`);
  return found;
}

function checkExecution(body: unknown, executionId: number): Refusal | undefined {
  if (typeof body !== 'object' || body === null || !('execution_id' in body)) return undefined;
  if (body.execution_id === undefined || body.execution_id === executionId) return undefined;
  return refuse('wrong_execution', "execution_id must be the caller's own, or absent", { field: 'execution_id' });
}

function answer(reply: FastifyReply, { status }: RouteSpec, result: Result<unknown>): FastifyReply {
  if (!result.ok) sendProblem(reply, result);
  else void reply.code(status).send(result.value);
  return reply;
}
