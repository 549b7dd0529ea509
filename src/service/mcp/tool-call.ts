import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Caller } from '../../economy/executions/caller.ts';
import { idempotencyKey } from '../idempotency.ts';
import { mapped } from '../result.ts';
import { routeWork, type KeyedCall, type RouteWorkDeps, type Worked } from '../route-work.ts';
import { keyScope, takesKey, type RouteSpec } from '../route.ts';
import { readWith } from '../schema.ts';
import { noteRefusal } from '../tried-bid.ts';
import { describeTool, KEY_ARGUMENT, namesOf, type RouteToolDescription } from './tool.ts';

/** A route that can be called as a tool. */
export interface Tool {
  readonly description: RouteToolDescription;
  /** Bytes of its arguments as JSON. */
  readonly bytesMax: number;
  /** Does what a request to the route would do, and refuses what that would refuse. */
  readonly call: (call: ToolCall) => Promise<Worked>;
}

export interface ToolCall {
  readonly caller: Caller;
  readonly args: Arguments;
  /** Aborted when the caller leaves before it has its answer. */
  readonly hungUp: AbortSignal;
}

type Arguments = Readonly<Record<string, unknown>>;

export function makeTool(deps: RouteWorkDeps, spec: RouteSpec): Tool {
  const bytesMax = spec.bodyBytesMax ?? deps.economy.config.service.body_bytes_max;
  const read = argumentReader(spec, bytesMax);
  const work = workOf(deps, spec);
  return {
    description: describeTool(spec),
    bytesMax,
    async call({ caller, args, hungUp }) {
      const call = read(caller, args);
      if (call.ok) return work({ ...call.value, hungUp });
      if (spec.triesBid?.(args)) await noteRefusal(deps, caller.executionId, call.code);
      return { result: call, isReplayed: false };
    },
  };
}

type CancellableCall = KeyedCall & Pick<ToolCall, 'hungUp'>;

function workOf(deps: RouteWorkDeps, spec: RouteSpec): (call: CancellableCall) => Promise<Worked> {
  const { relay, operation } = spec;
  if (!relay) return routeWork(deps, spec);
  return async (call) => {
    const result = mapped(await relay(call), ({ json }) => {
      if (!json) throw new Error(`${operation} must answer at once`);
      return json;
    });
    return { result, isReplayed: false };
  };
}

/** Takes arguments apart into the parts of a request, and reads these in the order in which a request's are read. */
function argumentReader(spec: RouteSpec, bytesMax: number) {
  const inPath = new Set(namesOf(spec.params));
  const inQuery = new Set(namesOf(spec.query));
  const isKeyed = takesKey(spec);
  return (caller: Caller, args: Arguments): Result<KeyedCall> => {
    const { params, query, key, rest } = parted(args, (name) => {
      if (inPath.has(name)) return 'params';
      if (inQuery.has(name)) return 'query';
      return isKeyed && name === KEY_ARGUMENT ? 'key' : 'rest';
    });
    if (Buffer.byteLength(JSON.stringify(spec.body ? rest : args)) > bytesMax)
      return refuse('body_too_large', `the arguments must be at most ${bytesMax} bytes`, { limit: bytesMax });
    const [unknown] = spec.body ? [] : Object.keys(rest);
    if (unknown !== undefined) return refuse('unknown_field', knownHere([...inPath, ...inQuery]), { field: unknown });
    const use = { agentId: caller.agentId, route: keyScope(spec), body: rest };
    const once = idempotencyKey(key[KEY_ARGUMENT], KEY_ARGUMENT, use);
    if (!once.ok) return once;
    const readParams = spec.params ? readWith(spec.params, asInAddress(params)) : NOTHING;
    if (!readParams.ok) return readParams;
    const readBody = spec.body ? readWith(spec.body, rest) : NOTHING;
    if (!readBody.ok) return readBody;
    const readQuery = spec.query ? readWith(spec.query, asInAddress(query)) : NOTHING;
    if (!readQuery.ok) return readQuery;
    const read = { params: readParams.value, body: readBody.value, query: readQuery.value };
    return accept({ caller, ...read, key: once.value, triesBid: spec.triesBid?.(rest) });
  };
}

const NOTHING = accept(undefined);

type Part = 'params' | 'query' | 'key' | 'rest';

/** Names keep their order within a part: the hash of a key depends on it. */
function parted(args: Arguments, partOf: (name: string) => Part): Readonly<Record<Part, Arguments>> {
  const of = (part: Part) => Object.fromEntries(Object.entries(args).filter(([name]) => partOf(name) === part));
  return { params: of('params'), query: of('query'), key: of('key'), rest: of('rest') };
}

/** An address holds nothing but text, so that is what its fields are read from. */
function asInAddress(args: Arguments): Arguments {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );
}

function knownHere(names: readonly string[]): string {
  return names.length === 0 ? 'no arguments are known here' : `known here are only ${names.join(', ')}`;
}
