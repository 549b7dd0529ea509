import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { isRecord } from '../../intelligence/formats/format.ts';
import { INFO } from '../openapi.ts';
import { problemOf } from '../problem.ts';
import type { Failure } from '../error-handler.ts';
import type { Worked } from '../route-work.ts';
import type { RpcRequest } from './message.ts';
import type { Tool, ToolCall } from './tool-call.ts';

/** The request that a message came in. */
export interface McpContext extends Omit<ToolCall, 'args'> {
  /** What is told of what was thrown. */
  readonly failed: (error: unknown) => Failure;
}

/** Gives the result; a refusal is of the parameters. */
export type McpMethod = (params: RpcRequest['params'], context: McpContext) => Result<object> | Promise<Result<object>>;

/** Those that are one POST of one message; the first is proposed to a client that asks for another one. */
export const PROTOCOL_VERSIONS: readonly unknown[] = ['2025-11-25', '2025-06-18', '2025-03-26'];

/** By their names. Nothing is kept from one to the next. */
export function mcpMethods(tools: readonly Tool[]): ReadonlyMap<string, McpMethod> {
  const byName = new Map(tools.map((tool) => [tool.description.name, tool]));
  return new Map<string, McpMethod>([
    ['initialize', initialize],
    ['ping', () => accept({})],
    ['tools/list', (params) => list(tools, params)],
    ['tools/call', (params, context) => call(byName, params, context)],
  ]);
}

function initialize({ protocolVersion }: RpcRequest['params']): Result<object> {
  const field = 'params.protocolVersion';
  if (protocolVersion === undefined) return refuse('missing_field', `${field} is required`, { field });
  if (typeof protocolVersion !== 'string') return refuse('wrong_type', `${field} must be text`, { field });
  return accept({
    protocolVersion: PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : PROTOCOL_VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'bp-agents', title: INFO.title, version: INFO.version },
    instructions: INFO.description,
  });
}

function list(tools: readonly Tool[], { cursor }: RpcRequest['params']): Result<object> {
  if (cursor !== undefined)
    return refuse('invalid_value', 'all tools are on the first page: send no cursor', { field: 'params.cursor' });
  return accept({ tools: tools.map(({ description }) => description) });
}

async function call(
  tools: ReadonlyMap<string, Tool>,
  { name, arguments: args = {} }: RpcRequest['params'],
  { caller, hungUp, failed }: McpContext,
): Promise<Result<object>> {
  const tool = typeof name === 'string' ? tools.get(name) : undefined;
  if (!tool)
    return refuse('invalid_value', 'params.name must be one of those that tools/list gives', { field: 'params.name' });
  if (!isRecord(args)) return refuse('wrong_type', 'params.arguments must be an object', { field: 'params.arguments' });
  try {
    return accept(toolResult(await tool.call({ caller, args, hungUp })));
  } catch (error) {
    return accept(toolFailure(failed(error)));
  }
}

function toolResult({ result, isReplayed }: Worked): object {
  if (!result.ok) return toolFailure({ refusal: result });
  return {
    ...contentOf(result.value),
    ...(isReplayed && { _meta: { 'bp-agents/idempotency-replayed': true } }),
  };
}

/** So that a model can read why and do better. */
function toolFailure({ refusal, instance }: Failure): object {
  return { ...contentOf(problemOf(refusal, instance)), isError: true };
}

function contentOf(value: unknown): object {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}
