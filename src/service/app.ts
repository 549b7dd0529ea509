import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { refuse } from '../domain/refusal.ts';
import type { RequestObserver } from '../domain/served-request.ts';
import type { Economy } from '../economy/economy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { loadOf } from './endpoint.ts';
import { handleFailures, refusalOf } from './error-handler.ts';
import { keyDecorator, keyOf, readKey } from './idempotency.ts';
import { callerDecorator, callerOf, identify } from './identity.ts';
import { parseJsonBody } from '../protocol/json-body.ts';
import { addMcp, MCP_PATH } from './mcp/mcp-route.ts';
import { methodsOf } from './methods.ts';
import { routerPath, withModelAsOnePart } from './route-path.ts';
import { addObserver } from './observed.ts';
import { documentation, documentRoutes, openApi } from './openapi.ts';
import { sendProblem } from './send-problem.ts';
import { relayed } from './relayed.ts';
import { RefusedError } from './refused-error.ts';
import { routeWork, type RouteWork, type RouteWorkDeps } from './route-work.ts';
import { hasEffect, keyScope, takesKey, type RouteSpec } from './route.ts';
import { readWith } from './schema.ts';
import { lookForBid, noteUnread, triedBid, triedBidDecorator } from './tried-bid.ts';

export interface AppOptions {
  readonly economy: Economy;
  readonly logger: Logger;
  /** The machine's own. */
  readonly clock: Clock;
  readonly routes: readonly RouteSpec[];
  readonly observe?: RequestObserver | undefined;
}

const OPENAPI_PATH = '/openapi.json';

/** The application, apart from listening: each execution's endpoint passes its requests to `routing`. */
export async function buildApp({ economy, logger, clock, routes, observe }: AppOptions): Promise<FastifyInstance> {
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
    const read = readWith(schema, data);
    return read.ok ? { value: read.value } : { error: new RefusedError(read) };
  });
  // The schemas of answers are for OpenAPI: what a use case gave is never refused on its way out.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  handleFailures(app, logger);
  if (observe) addObserver(app, observe);
  app.addHook('onRequest', refuseOverload(service.concurrent_requests_max));
  app.addHook(
    'onRequest',
    refuseUnknown([...routes, { method: 'GET', path: OPENAPI_PATH }, { method: 'POST', path: MCP_PATH }]),
  );

  await documentRoutes(app);
  for (const spec of routes) addRoute(app, { economy, clock }, spec);
  // One for all that are being sent: who doesn't read it holds no copy of its own.
  let document: Buffer | undefined;
  app.get(OPENAPI_PATH, { schema: { hide: true } }, (_request, reply) => {
    document ??= Buffer.from(openApi(app));
    return reply.type('application/json').send(document);
  });
  await addMcp(app, { economy, clock, logger }, routes);
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

function addRoute(app: FastifyInstance, deps: RouteWorkDeps, spec: RouteSpec): void {
  const { method, path, group, body, query, params, bodyBytesMax, triesBid } = spec;
  const isKeyed = takesKey(spec);
  app.route({
    method,
    url: routerPath(path),
    ...(bodyBytesMax !== undefined && { bodyLimit: bodyBytesMax }),
    schema: {
      ...(body && { body }),
      ...(query && { querystring: query }),
      ...(params && { params }),
      ...documentation(spec, isKeyed),
    },
    preValidation: [
      identify(deps.economy, { apiKey: group === 'intelligence', isCheckedLater: hasEffect(spec) }),
      ...(method === 'POST' ? [requireBody] : []),
      ...(isKeyed ? [readKey(keyScope(spec))] : []),
      ...(triesBid ? [lookForBid(triesBid)] : []),
    ],
    ...(triesBid && { onError: noteUnread(deps, triesBid) }),
    handler: handlerOf(deps, spec),
  });
}

function handlerOf(deps: RouteWorkDeps, spec: RouteSpec) {
  const { relay } = spec;
  const { economy, clock } = deps;
  if (relay) return relayed(relay, { stalledMs: economy.config.intelligence.stalled_timeout_ms, clock });
  return working(routeWork(deps, spec), spec);
}

const requireBody: Hook = (request, reply, done) => {
  if (request.body === undefined) sendProblem(reply, refuse('invalid_json', 'the body is empty; send a JSON object'));
  else done();
};

function working(work: RouteWork, { status }: RouteSpec) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { body, query, params } = request;
    const [key, triesBid] = [keyOf(request), triedBid(request)];
    const { result, isReplayed } = await work({ caller: callerOf(request), body, query, params, key, triesBid });
    if (isReplayed) reply.header('idempotency-replayed', 'true');
    if (!result.ok) sendProblem(reply, result);
    else void reply.code(status).send(result.value);
    return reply;
  };
}
