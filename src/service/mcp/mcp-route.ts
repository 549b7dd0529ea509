import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../domain/refusal.ts';
import type { Logger } from '../../platform/logger.ts';
import { failureOf } from '../error-handler.ts';
import { callerOf, identify } from '../identity.ts';
import { parseJsonBody } from '../json-body.ts';
import { problemOf } from '../problem.ts';
import { hungUp } from '../relayed.ts';
import type { RouteWorkDeps } from '../route-work.ts';
import type { RouteSpec } from '../route.ts';
import { mcpMethods, PROTOCOL_VERSIONS } from './mcp-methods.ts';
import { INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR } from './message.ts';
import { readMessage, rpcError, rpcResult, type RpcRequest } from './message.ts';
import { makeTool } from './tool-call.ts';
import { isTool } from './tool.ts';

export interface McpDeps extends RouteWorkDeps {
  readonly logger: Logger;
}

export const MCP_PATH = '/mcp';

/** What a message has around its arguments: bytes, and levels of nesting. */
const ENVELOPE_BYTES_MAX = 4096;
const ENVELOPE_LEVELS = 2;

/**
 * MCP's Streamable HTTP without sessions or streams: each POST is one message of one execution, known by its token as in
 * any other request, and is answered with one JSON object.
 */
export async function addMcp(app: FastifyInstance, deps: McpDeps, routes: readonly RouteSpec[]): Promise<void> {
  const tools = routes.filter(isTool).map((spec) => makeTool(deps, spec));
  const methods = mcpMethods(tools);
  const bodyLimit = Math.max(...tools.map(({ bytesMax }) => bytesMax)) + ENVELOPE_BYTES_MAX;

  async function answer(request: FastifyRequest, reply: FastifyReply, { id, method, params }: RpcRequest) {
    const found = methods.get(method);
    if (!found) return rpcError(id, METHOD_NOT_FOUND, unknownMethod([...methods.keys()]));
    const failed = (error: unknown) => failureOf(error, request, deps.logger);
    const result = await found(params, { caller: callerOf(request), hungUp: hungUp(reply), failed });
    return result.ok ? rpcResult(id, result.value) : rpcError(id, INVALID_PARAMS, result);
  }

  await app.register(async (scope) => {
    // What isn't JSON is answered by JSON-RPC, too.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
    scope.post<{ Body?: Buffer }>(
      MCP_PATH,
      {
        bodyLimit,
        schema: { hide: true },
        preValidation: identify(deps.economy, { apiKey: false, isCheckedLater: false }),
      },
      async (request, reply) => {
        const version = request.headers['mcp-protocol-version'];
        if (version !== undefined && !PROTOCOL_VERSIONS.includes(version))
          return refuseMessage(reply, unknownVersion());
        const body = parseJsonBody(request.body ?? Buffer.alloc(0), { wrappedIn: ENVELOPE_LEVELS });
        if (!body.ok) return refuseMessage(reply, body);
        const message = readMessage(body.value);
        if (!message.ok) return refuseMessage(reply, message);
        if (!message.value) return reply.code(202).send();
        return reply.send(await answer(request, reply, message.value));
      },
    );
  });
}

/** What can't be answered as the request that it may have been meant to be. */
function refuseMessage(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const code = refusal.code === 'invalid_json' ? PARSE_ERROR : INVALID_REQUEST;
  return reply.code(problemOf(refusal).status).send(rpcError(null, code, refusal));
}

function unknownVersion(): Refusal {
  const limit = PROTOCOL_VERSIONS.join(', ');
  return refuse('invalid_value', `MCP-Protocol-Version must be one of ${limit}`, {
    field: 'MCP-Protocol-Version',
    limit,
  });
}

function unknownMethod(names: readonly string[]): Refusal {
  const limit = names.join(', ');
  return refuse('invalid_value', `method must be one of ${limit}`, { field: 'method', limit });
}
