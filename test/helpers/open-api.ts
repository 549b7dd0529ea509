import { z } from 'zod';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Contents }>>;
}
type Contents = Readonly<Record<string, { readonly schema: object }>>;

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** What a schema of the document accepts, read back from its JSON alone. */
export function validatorOf(document: OpenApi, schema: object): z.ZodType {
  const whole = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(
    JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as z.core.JSONSchema.JSONSchema,
  );
}

/** What the document says of the success of one operation: its status and the shape of its answer. */
export function successOf(document: OpenApi, method: string, path: string) {
  const operation = document.paths[path]?.[method.toLowerCase()];
  const [status, response] = Object.entries(operation?.responses ?? {}).find(([code]) => code.startsWith('2')) ?? [];
  const schema = response?.content['application/json']?.schema;
  if (!operation || !schema) throw new Error(`${method} ${path} is not documented`);
  return { status: Number(status), answer: validatorOf(document, schema) };
}
