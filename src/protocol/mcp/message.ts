import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { problemOf } from '../problem.ts';

/** What a client wants to be answered. */
export interface RpcRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Undefined stands for a notification, which is taken and changes nothing. */
export type RpcMessage = RpcRequest | undefined;

export type RpcId = string | number;

/** The codes of JSON-RPC 2.0. */
export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;

/** It comes back in the answer. */
const ID_CHARS_MAX = 200;

/** Reads one JSON-RPC 2.0 message as MCP narrows it. Refuses: `wrong_type`, `missing_field`, `invalid_value`, `too_large`. */
export function readMessage(body: unknown): Result<RpcMessage> {
  if (Array.isArray(body)) return refuse('wrong_type', 'send one message, not a list of them');
  if (!isRecord(body)) return refuse('wrong_type', 'the body must be a JSON-RPC message: an object');
  const { jsonrpc, id, method, params = {} } = body;
  if (jsonrpc !== '2.0') return refuse('invalid_value', 'jsonrpc must be "2.0"', { field: 'jsonrpc' });
  if (method === undefined)
    return refuse('missing_field', 'method is required: nothing is asked of a client that it could answer', {
      field: 'method',
    });
  if (typeof method !== 'string') return refuse('wrong_type', 'method must be text', { field: 'method' });
  if (!isRecord(params)) return refuse('wrong_type', 'params must be an object', { field: 'params' });
  if (id !== undefined) return readRequest(id, method, params);
  if (method.startsWith('notifications/')) return accept(undefined);
  return refuse('missing_field', 'id is required: without one a message is a notification', { field: 'id' });
}

export function rpcResult(id: RpcId, result: object): object {
  return { jsonrpc: '2.0', id, result };
}

/** An error with the problem as its data. `id` is null where it could not be read. */
export function rpcError(id: RpcId | null, code: number, refusal: Refusal): object {
  const problem = problemOf(refusal);
  return { jsonrpc: '2.0', id, error: { code, message: problem.detail, data: problem } };
}

function readRequest(id: unknown, method: string, params: RpcRequest['params']): Result<RpcRequest> {
  if (typeof id !== 'string' && !Number.isInteger(id))
    return refuse('wrong_type', 'id must be text or a whole number', { field: 'id' });
  if (typeof id === 'string' && id.length > ID_CHARS_MAX)
    return refuse('too_large', `id must be at most ${ID_CHARS_MAX} characters`, { field: 'id', limit: ID_CHARS_MAX });
  return accept({ id: id as RpcId, method, params });
}
