import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accept } from '../../src/domain/refusal.ts';
import { describeTool, isTool } from '../../src/service/mcp/tool.ts';
import { route, type RouteSpec } from '../../src/service/route.ts';

const spec: RouteSpec = route({
  method: 'POST',
  path: '/market/thing/{id}',
  group: 'market',
  operation: 'makeThing',
  summary: 'Makes a thing.',
  params: z.strictObject({ id: z.string() }),
  query: z.strictObject({ limit: z.int().optional() }),
  body: z.strictObject({ size: z.number() }).meta({ id: 'ThingRequest' }),
  status: 201,
  answer: z.unknown(),
  refusals: [],
  work: () => accept({}),
});

describe('a tool', () => {
  it('takes what stands in path, query and body, and the key', () => {
    const { inputSchema } = describeTool(spec);
    expect(Object.keys(inputSchema.properties)).toEqual(['id', 'limit', 'size', 'idempotency_key']);
    expect(inputSchema.required).toEqual(['id', 'size']);
  });

  it('is not made where two arguments would have one name', () => {
    for (const name of ['id', 'limit', 'idempotency_key'])
      expect(() => describeTool({ ...spec, body: z.strictObject({ [name]: z.string() }) })).toThrow(
        `makeThing has two arguments ${name}`,
      );
  });

  it('is not made of what has no names', () => {
    expect(() => describeTool({ ...spec, body: z.unknown() })).toThrow('must be of an object');
  });

  it('is no route whose format is that of an SDK', () => {
    const paths = ['/v1/models', '/v1/chat/completions', '/v1/messages', '/v1beta/models', '/market/bid', '/execution'];
    expect(paths.filter((path) => isTool({ ...spec, path }))).toEqual(['/market/bid', '/execution']);
  });
});
