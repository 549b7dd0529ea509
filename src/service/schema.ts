import { z } from 'zod';
import { CREDITS_MAX, parseCredits } from '../domain/credits.ts';
import { AGENT_ID, checkId, parseAgentId, parseId } from '../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';
import { MEMORY_MB_MIN, QUANTITY_MAX } from '../domain/resources.ts';

/** Reads one value; `field` is its name in the refusal. */
export type Read<T> = (value: unknown, field: string) => Result<T>;

/**
 * A value that one of the domain's own readers checks and turns into what the domain takes. `shape` is only what
 * OpenAPI shows of it, so nothing is checked twice; a test throws values at both and compares.
 */
export function readBy<T>(name: string, shape: z.ZodType, read: Read<T>) {
  const schema = z.unknown().transform((value, context) => {
    const result = value === undefined ? missing(name, shape.description) : read(value, name);
    if (result.ok) return result.value;
    context.addIssue({ code: 'custom', message: result.message, params: { refusal: result } });
    return z.NEVER;
  });
  return schema.meta(jsonSchema(shape));
}

/** Reads a body, a query or the parameters of a path; what is wrong with them is told by `firstRefusal`. */
export function readWith(schema: z.ZodType, data: unknown): Result<unknown> {
  const read = schema.safeParse(data);
  return read.success ? accept(read.data) : firstRefusal(read.error, schema);
}

/**
 * The first of what is wrong, in the order in which it helps: an unknown field (it may be the missing one, misspelt),
 * then what the fields say for themselves.
 */
function firstRefusal(error: z.ZodError, schema: z.ZodType): Refusal {
  const [first] = error.issues;
  const unknown = error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  if (unknown)
    return refuse('unknown_field', `known here ${known.length === 1 ? 'is' : 'are'} only ${known.join(', ')}`, {
      field: unknown.keys[0] ?? '',
    });
  if (first?.code === 'custom' && isRefusal(first.params?.['refusal'])) return first.params['refusal'];
  return refuse('wrong_type', `the body must be a JSON object with ${known.join(', ')}`);
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

function missing(field: string, description = ''): Refusal {
  const what = description === '' ? '' : `: ${description.charAt(0).toLowerCase()}${description.slice(1)}`;
  return refuse('missing_field', `${field} is required${what}`, { field });
}

function jsonSchema(shape: z.ZodType): Record<string, unknown> {
  const schema: Record<string, unknown> = z.toJSONSchema(shape, { io: 'input' });
  delete schema['$schema'];
  return schema;
}

export const readText: Read<string> = (value, field) =>
  typeof value === 'string' ? accept(value) : refuse('wrong_type', `${field} must be text`, { field });

const readAgentId: Read<string> = (value, field) => {
  const text = readText(value, field);
  return text.ok ? parseAgentId(text.value, field) : text;
};

export const readExecutionId: Read<number> = (value, field) => {
  const text = readText(value, field);
  if (!text.ok) return text;
  const id = parseId('execution', text.value);
  return id.ok ? id : { ...id, field };
};

const readRequestId: Read<number> = (value, field) => {
  if (typeof value === 'number') {
    const refusal = checkId('request', value);
    return refusal ? { ...refusal, field } : accept(value);
  }
  const text = readText(value, field);
  if (!text.ok) return text;
  const id = parseId('request', text.value);
  return id.ok ? id : { ...id, field };
};

// No multipleOf: what is exact as a decimal is not as a double, and validators would refuse good amounts.
export const creditsShape = z.number().positive().max(CREDITS_MAX);

export const bundleShape = z
  .strictObject({
    cpu_seconds: z
      .number()
      .min(0.001)
      .max(QUANTITY_MAX / 1000)
      .describe('CPU time of all its processes together, with at most 3 decimals.'),
    memory_mb: z.int().min(MEMORY_MB_MIN).max(QUANTITY_MAX).describe('Memory, held until the execution ends.'),
    tokens: z.int().min(0).max(QUANTITY_MAX).describe('LLM tokens.'),
    attention: z.literal([0, 1]).describe("1: it may show the human one prompt. 0: it won't."),
  })
  .describe('What one execution may use. All four are always named.');

export const agentIdShape = z.string().regex(AGENT_ID);
export const executionIdShape = z.string().regex(/^(exe_)?[1-9][0-9]{0,14}$/);

export const text = (name: string, description: string) => readBy(name, z.string().describe(description), readText);

export const credits = (name: string, description: string) =>
  readBy(name, creditsShape.describe(description), (value, field) => parseCredits(value, { field }));

export const agentId = (name: string, description: string) =>
  readBy(name, agentIdShape.describe(description), readAgentId);

export const requestId = (name: string, description: string) =>
  readBy(
    name,
    z
      .string()
      .regex(/^(request_)?[1-9][0-9]{0,14}$/)
      .describe(description),
    readRequestId,
  );

/** Every body may say whose it is; a wrong answer is refused, none is fine. */
export const executionId = () =>
  readBy(
    'execution_id',
    executionIdShape.describe("The caller's own execution, such as exe_17; another one is refused."),
    readExecutionId,
  ).optional();
