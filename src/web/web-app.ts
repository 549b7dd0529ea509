import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../domain/refusal.ts';
import { BpError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { ACCESS_PATHS, addAccessRoutes } from './access/access-routes.ts';
import { TAB_HEADER, type Gate } from './access/gate.ts';
import { refuseForeign } from './access/origin.ts';
import { addAssets, ASSET_PATHS } from './assets.ts';
import { EVENTS_PATH, type EventStreams } from './event-streams.ts';
import { bodyOf, RefusedBody } from './json-request.ts';
import { addMetrics, METRICS_PATH, refuseScraper } from './metrics-route.ts';
import { sendProblem } from './problem-reply.ts';
import { Content, type WebRoute } from './route.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { PROOF_PATH, proofOf } from './standing.ts';
import type { WebDeps } from './web-deps.ts';

const BODY_BYTES_MAX = 262_144;
const HEADER_BYTES_MAX = 8192;
/** A whole request has to be there by then, its head sooner. */
const REQUEST_MS = 10_000;
const HEADERS_MS = 5_000;
/** Who says and takes nothing for so long is hung up on; a stream of events says something more often. */
const SILENT_MS = 60_000;

/** They show nothing, and let somebody in or not. */
const OPEN_PATHS: readonly string[] = [...ASSET_PATHS, ...ACCESS_PATHS, PROOF_PATH];

export interface WebAppParts {
  readonly gate: Gate;
  readonly streams: EventStreams;
  /** What shows to this user's other processes that this is the home's page. */
  readonly key: string;
  readonly routes: readonly WebRoute[];
}

/** The application, apart from listening. */
export function buildWebApp(deps: WebDeps, { gate, streams, key, routes }: WebAppParts): FastifyInstance {
  const { metrics } = deps;
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS,
    connectionTimeout: SILENT_MS,
    keepAliveTimeout: HEADERS_MS,
    return503OnClosing: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: HEADER_BYTES_MAX },
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS, connectionsCheckingInterval: HEADERS_MS },
    // An address that can't be read comes here, and to no hook.
    frameworkErrors: (_error, { raw }, reply) => {
      if (isAhead(reply)) raw.destroy();
      else sendProblem(reply.headers(SECURITY_HEADERS), refuse('malformed_request', 'send HTTP/1.1'));
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, bytes, done) =>
    done(null, bytes),
  );
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(reply, refusalOf(error, request, deps.logger)),
  );
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, refuse('route_not_found', 'there is no such route')));

  app.addHook('onRequest', (request, reply, done) => {
    if (isAhead(reply)) return void request.raw.destroy();
    reply.headers(SECURITY_HEADERS);
    const path = routeOf(request);
    if (!ASSET_PATHS.includes(path)) reply.header('cache-control', 'no-store');
    const { method, headers } = request;
    const whoMay = () => {
      if (OPEN_PATHS.includes(path)) return undefined;
      if (metrics && path === METRICS_PATH) return refuseScraper(metrics, headers.authorization);
      return gate.refuseStranger(headers.cookie, headers[TAB_HEADER]);
    };
    const refusal = refuseForeign({ method, path, headers }, gate.port) ?? whoMay();
    if (refusal) sendProblem(reply, refusal);
    else done();
  });

  addAssets(app, deps.pageDirectory);
  addAccessRoutes(app, gate);
  app.get(PROOF_PATH, (request, reply) =>
    reply.type('text/plain').send(proofOf({ key }, String(queryOf(request)['of']))),
  );
  if (metrics) addMetrics(app, metrics);
  app.get(EVENTS_PATH, (request, reply) => streams.open(request, reply));
  for (const route of routes) addRoute(app, deps, route);
  return app;
}

function addRoute(app: FastifyInstance, deps: WebDeps, route: WebRoute): void {
  const { method, path, handle, bodyBytesMax, isAlsoAtRest = method === 'GET' } = route;
  app.route({
    method,
    url: path,
    ...(bodyBytesMax !== undefined && { bodyLimit: bodyBytesMax }),
    handler: async (request, reply) => {
      if (!isAlsoAtRest && !deps.feed.isRun)
        return sendProblem(
          reply,
          refuse('no_run', 'bp-agents run opens the market; until then the page takes marks alone'),
        );
      const params = (request.params ?? {}) as Readonly<Record<string, string>>;
      const result = await handle({ params, query: queryOf(request), body: bodyOf(request) }, deps);
      if (!result.ok) return sendProblem(reply, result);
      return result.value instanceof Content ? sendContent(reply, result.value) : reply.send(result.value ?? {});
    },
  });
}

/** Whether it was asked before the last answer was there, as no browser does: answers that nobody reads would pile up. */
function isAhead({ raw }: FastifyReply): boolean {
  return raw.socket === null;
}

function sendContent(reply: FastifyReply, { bytes, fileName }: Content): FastifyReply {
  if (fileName === undefined) return reply.type('text/plain; charset=utf-8').send(bytes);
  // Percent-encoded, a name says nothing to the header, whatever an agent has called it.
  const name = encodeURIComponent(fileName.replaceAll(/\p{Cs}/gu, '\ufffd')).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
    .send(bytes);
}

function queryOf({ query }: FastifyRequest): Readonly<Record<string, string>> {
  const entries = Object.entries(query as Record<string, string | string[]>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, String(Array.isArray(value) ? value.at(-1) : value)]),
  );
}

/** By which route it will be answered, however its address is written; nothing where there is none. */
function routeOf({ routeOptions: { url = '' } }: FastifyRequest): string {
  return url;
}

function tooLarge(limit: number): Refusal {
  return refuse('body_too_large', `the body must be at most ${limit} bytes`, { limit });
}

function refusalOf(error: FastifyError, { method, routeOptions }: FastifyRequest, logger: Logger): Refusal {
  if (error instanceof RefusedBody) return error.refusal;
  if (error instanceof BpError) {
    const { code, message, hint } = error;
    const told = hint === undefined ? message : `${message}: ${hint}`;
    return refuse(code === 'database_locked' ? code : 'internal_error', told);
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(routeOptions.bodyLimit);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuse('unsupported_media_type', 'send a JSON object with Content-Type: application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
    case 'ECONNRESET':
      return refuse('malformed_request', 'send the whole request');
    default:
      logger.error({ err: error, method, route: routeOptions.url }, 'a request of the page failed');
      return refuse('internal_error', 'it failed; the log tells more');
  }
}
