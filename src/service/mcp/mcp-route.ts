import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse, type Refusal } from '../../domain/refusal.ts';
import type { Logger } from '../../platform/logger.ts';
import { failureOf, type Failure } from '../error-handler.ts';
import { callerOf, identify } from '../identity.ts';
import { parseJsonBody } from '../../protocol/json-body.ts';
import { problemOf } from '../../protocol/problem.ts';
import { hungUp } from '../relayed.ts';
import type { RouteWorkDeps, Worked } from '../route-work.ts';
import type { RouteSpec } from '../route.ts';
import { INVALID_REQUEST, PARSE_ERROR, readMessage, rpcError } from '../../protocol/mcp/message.ts';
import {
  answerRequest,
  mcpMethods,
  PROTOCOL_VERSIONS,
  toolAnswer,
  toolFailure,
  type McpTool,
} from '../../protocol/mcp/mcp-methods.ts';
import { INFO } from '../openapi.ts';
import { makeTool, type Tool, type ToolCall } from './tool-call.ts';
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
  const { title, version, description: instructions } = INFO;
  const methods = mcpMethods({ title, version, instructions }, tools.map(mcpTool));
  const bodyLimit = Math.max(...tools.map(({ bytesMax }) => bytesMax)) + ENVELOPE_BYTES_MAX;

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
        const failed = (error: unknown) => failureOf(error, request, deps.logger);
        const context = { caller: callerOf(request), hungUp: hungUp(reply), failed };
        return reply.send(await answerRequest(methods, message.value, context));
      },
    );
  });
}

/** The request that a message came in. */
interface McpContext extends Omit<ToolCall, 'args'> {
  /** What is told of what was thrown. */
  readonly failed: (error: unknown) => Failure;
}

function mcpTool({ description, call }: Tool): McpTool<McpContext> {
  return {
    description,
    async call(args, { caller, hungUp, failed }) {
      try {
        return toolResult(await call({ caller, args, hungUp }));
      } catch (error) {
        const { refusal, instance } = failed(error);
        return toolFailure(problemOf(refusal, instance));
      }
    },
  };
}

function toolResult({ result, isReplayed }: Worked): object {
  if (!result.ok) return toolFailure(problemOf(result));
  return {
    ...toolAnswer(result.value),
    ...(isReplayed && { _meta: { 'bp-agents/idempotency-replayed': true } }),
  };
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
