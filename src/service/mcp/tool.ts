import { z } from 'zod';
import type { ToolDescription } from '../../protocol/mcp/mcp-methods.ts';
import { errorFormOf } from '../error-form.ts';
import { takesKey, type RouteSpec } from '../route.ts';

/** A tool that takes the arguments of a route. */
export interface RouteToolDescription extends ToolDescription {
  readonly inputSchema: ArgumentsSchema;
}

export interface ArgumentsSchema {
  readonly type: 'object';
  /** Those of the path, the query and the body side by side. */
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** Stands for the header `Idempotency-Key`. */
export const KEY_ARGUMENT = 'idempotency_key';

/** Whether a route is a tool: not where an SDK defines what is sent and answered. */
export function isTool({ path }: RouteSpec): boolean {
  return errorFormOf(path, {}) === 'problem';
}

export function describeTool(spec: RouteSpec): RouteToolDescription {
  const { operation, summary, method, params, query, body } = spec;
  const parts = [params, query, body].flatMap((schema) => (schema ? [fieldsOf(schema)] : []));
  if (takesKey(spec)) parts.push(KEY_FIELDS);
  const properties: Record<string, object> = {};
  for (const [name, field] of parts.flatMap((part) => Object.entries(part.properties))) {
    if (Object.hasOwn(properties, name)) throw new Error(`${operation} has two arguments ${name}`);
    properties[name] = field;
  }
  return {
    name: operation,
    description: summary,
    inputSchema: {
      type: 'object',
      properties,
      required: parts.flatMap(({ required }) => required),
      additionalProperties: false,
    },
    annotations: { readOnlyHint: method === 'GET' },
  };
}

/** The names of an object's fields. */
export function namesOf(schema: z.ZodType | undefined): readonly string[] {
  return schema ? Object.keys(fieldsOf(schema).properties) : [];
}

type Fields = Pick<ArgumentsSchema, 'properties' | 'required'>;

const KEY_FIELDS: Fields = {
  properties: {
    [KEY_ARGUMENT]: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description:
        'Visible ASCII. The same key with the same arguments gives the first answer again and has no effect.',
    },
  },
  required: [],
};

function fieldsOf(schema: z.ZodType): Fields {
  const { $ref = '', $defs = {}, ...whole } = z.toJSONSchema(schema, { io: 'input' });
  // One that is named as a component is given by its name.
  const { properties, required = [] } = $defs[$ref.slice('#/$defs/'.length)] ?? whole;
  if (!properties) throw new Error('arguments have names: a schema must be of an object');
  return { properties: properties as Fields['properties'], required };
}
