import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { INVALID_PARAMS, METHOD_NOT_FOUND, rpcError, rpcResult, type RpcRequest } from './message.ts';

/** What a server says of itself. */
export interface McpServerInfo {
  readonly title: string;
  readonly version: string;
  /** For the model that uses its tools. */
  readonly instructions: string;
}

/** What a client is told of a tool. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly annotations: { readonly readOnlyHint: boolean };
}

/** `Context` is what a call needs to know of the message that it came in. */
export interface McpTool<Context> {
  readonly description: ToolDescription;
  /** Gives MCP's result of a call: `toolAnswer` or `toolFailure`. */
  readonly call: (args: Readonly<Record<string, unknown>>, context: Context) => Promise<object>;
}

/** Gives the result; a refusal is of the parameters. */
type McpMethod<Context> = (params: RpcRequest['params'], context: Context) => Result<object> | Promise<Result<object>>;

export type McpMethods<Context> = ReadonlyMap<string, McpMethod<Context>>;

/** Those that are one message each way; the first is proposed to a client that asks for another one. */
export const PROTOCOL_VERSIONS: readonly unknown[] = ['2025-11-25', '2025-06-18', '2025-03-26'];

/** By their names. Nothing is kept from one message to the next. */
export function mcpMethods<Context>(info: McpServerInfo, tools: readonly McpTool<Context>[]): McpMethods<Context> {
  const byName = new Map(tools.map((tool) => [tool.description.name, tool]));
  return new Map<string, McpMethod<Context>>([
    ['initialize', (params) => initialize(info, params)],
    ['ping', () => accept({})],
    ['tools/list', (params) => list(tools, params)],
    ['tools/call', (params, context) => call(byName, params, context)],
  ]);
}

/** The JSON-RPC answer to a request. Rejects as the tool that it calls does. */
export async function answerRequest<Context>(
  methods: McpMethods<Context>,
  { id, method, params }: RpcRequest,
  context: Context,
): Promise<object> {
  const found = methods.get(method);
  const result = found ? await found(params, context) : undefined;
  if (!result) {
    const limit = [...methods.keys()].join(', ');
    const unknown = refuse('invalid_value', `method must be one of ${limit}`, { field: 'method', limit });
    return rpcError(id, METHOD_NOT_FOUND, unknown);
  }
  return result.ok ? rpcResult(id, result.value) : rpcError(id, INVALID_PARAMS, result);
}

/** What a tool gives, as data and as the same in text, for clients that read nothing else. */
export function toolAnswer(value: unknown): object {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}

/** So that a model can read why and do better. */
export function toolFailure(problem: object): object {
  return { ...toolAnswer(problem), isError: true };
}

function initialize(info: McpServerInfo, { protocolVersion }: RpcRequest['params']): Result<object> {
  const field = 'params.protocolVersion';
  if (protocolVersion === undefined) return refuse('missing_field', `${field} is required`, { field });
  if (typeof protocolVersion !== 'string') return refuse('wrong_type', `${field} must be text`, { field });
  const { title, version, instructions } = info;
  return accept({
    protocolVersion: PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : PROTOCOL_VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'bp-agents', title, version },
    instructions,
  });
}

function list<Context>(tools: readonly McpTool<Context>[], { cursor }: RpcRequest['params']): Result<object> {
  if (cursor !== undefined)
    return refuse('invalid_value', 'all tools are on the first page: send no cursor', { field: 'params.cursor' });
  return accept({ tools: tools.map(({ description }) => description) });
}

async function call<Context>(
  tools: ReadonlyMap<string, McpTool<Context>>,
  { name, arguments: args = {} }: RpcRequest['params'],
  context: Context,
): Promise<Result<object>> {
  const tool = typeof name === 'string' ? tools.get(name) : undefined;
  if (!tool)
    return refuse('invalid_value', 'params.name must be one of those that tools/list gives', { field: 'params.name' });
  if (!isRecord(args)) return refuse('wrong_type', 'params.arguments must be an object', { field: 'params.arguments' });
  return accept(await tool.call(args, context));
}
