import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RefusalCode } from '../domain/refusal.ts';
import { ProblemSchema } from './answers.ts';
import { PROBLEM_JSON, HTTP_STATUS } from '../protocol/problem.ts';
import type { RouteSpec } from './route.ts';

/** What the service says of itself. */
export const INFO = {
  title: 'bp-agents System Service',
  version: '1',
  description:
    "An execution's only way out, at http://127.0.0.1:8080 inside of its container. " +
    'All amounts are credits with at most 6 decimals. Descriptions of problems list the codes that a route may answer ' +
    'with that status. POST /mcp offers the operations but for /v1 and /v1beta as tools, in the messages of the Model ' +
    'Context Protocol, which defines them: so it is not described here.',
};

/** What any route with a token may answer, and any route with a body besides. */
const ALWAYS = [
  ...(['missing_token', 'invalid_token', 'execution_ended', 'wrong_connection', 'too_many_requests'] as const),
  'internal_error',
] as const;
const WITH_BODY = [
  ...(['invalid_json', 'too_deep', 'body_too_large', 'unsupported_media_type', 'missing_field'] as const),
  ...(['unknown_field', 'wrong_type'] as const),
] as const;
const WITH_KEY = ['wrong_execution', 'invalid_idempotency_key', 'idempotency_key_reused'] as const;

/** For the document alone: `readKey` is what reads it. */
const keyHeader = z.looseObject({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Visible ASCII. The same key with the same body gives the first answer again and has no effect.'),
});

/** Collects what the routes say of themselves; `openApi` gives the document once all are there. */
export async function documentRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: 'http://127.0.0.1:8080' }],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'execution_token of the handshake (env.json).' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => nameComponents(jsonSchemaTransformObject(document)),
  });
}

type OpenApiDocument = ReturnType<typeof jsonSchemaTransformObject>;

/**
 * The library names each schema twice: as it is sent (`BidRequestInput`) and as it is answered (`BidRequest`). Here
 * requests are only sent and answers only answered, so each gets one name, its own.
 *
 * The library also names every schema that the process has loaded, in that order. The document has only those that it
 * refers to, by the alphabet.
 */
function nameComponents(document: OpenApiDocument): OpenApiDocument {
  const { components = {} } = document as { components?: { schemas?: Record<string, unknown> } };
  const { schemas = {} } = components;
  const names = [...referredTo({ ...document, components: {} }, schemas)].sort();
  const named = names.map((name) => [name.replace(/Input$/, ''), schemas[name]]);
  const whole = { ...document, components: { ...components, schemas: Object.fromEntries(named) as unknown } };
  return JSON.parse(JSON.stringify(whole).replaceAll(/(?<="#[^"]*Request)Input(?=")/g, '')) as OpenApiDocument;
}

/** The names of the schemas that this refers to, and that those refer to. */
function referredTo(from: unknown, schemas: Readonly<Record<string, unknown>>, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of JSON.stringify(from).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    referredTo(schemas[name] ?? {}, schemas, found);
  }
  return found;
}

/** The OpenAPI 3.1 document as JSON. */
export function openApi(app: FastifyInstance): string {
  return JSON.stringify(app.swagger());
}

/** What OpenAPI shows of a route besides its schemas. */
export function documentation(spec: RouteSpec, takesKey: boolean): object {
  const codes: readonly RefusalCode[] = [
    ...ALWAYS,
    ...(spec.method === 'POST' ? WITH_BODY : []),
    ...(takesKey ? WITH_KEY : []),
    ...spec.refusals,
  ];
  const statuses = [...new Set(codes.map((code) => HTTP_STATUS[code]))];
  const problems = statuses.map((status) => {
    const description = [...new Set(codes)].filter((code) => HTTP_STATUS[code] === status).join(', ');
    return [status, { description, content: { [PROBLEM_JSON]: { schema: ProblemSchema } } }];
  });
  return {
    tags: [spec.group],
    operationId: spec.operation,
    summary: spec.summary,
    ...(takesKey && { headers: keyHeader }),
    response: {
      [spec.status]: { description: 'Done.', content: { 'application/json': { schema: spec.answer } } },
      ...(Object.fromEntries(problems) as object),
    },
  };
}
