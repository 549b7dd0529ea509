import { accept, refuse, type Result } from '../domain/refusal.ts';
import { checkWhole } from '../domain/whole-number.ts';

/** One argument of a tool. */
export interface ToolArgument {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
  readonly isRequired?: boolean;
  /** Of text: one of these. */
  readonly choices?: readonly string[];
  /** Of a number. */
  readonly least?: number;
  readonly most?: number;
}

export type ArgumentTable = Readonly<Record<string, ToolArgument>>;

/** What was given, by name: each of its type, or undefined. */
export type Given = Readonly<Record<string, unknown>>;

/** The table as JSON Schema. */
export function inputSchema(table: ArgumentTable): object {
  const entries = Object.entries(table);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, argument]) => [name, propertyOf(argument)])),
    required: entries.flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
    additionalProperties: false,
  };
}

/** Refuses: `unknown_field`, `missing_field`, `wrong_type`, `invalid_value`, as `checkWhole` does. */
export function readArguments(table: ArgumentTable, given: Given): Result<Given> {
  const names = Object.keys(table);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined)
    return refuse('unknown_field', names.length === 0 ? 'it takes no arguments' : `it takes ${names.join(', ')}`, {
      field: unknown,
    });
  for (const [name, argument] of Object.entries(table)) {
    const refusal = refusalOf(name, argument, given[name]);
    if (refusal) return refusal;
  }
  return accept(given);
}

function refusalOf(name: string, { type, isRequired, choices, least, most }: ToolArgument, value: unknown) {
  if (value === undefined)
    return isRequired ? refuse('missing_field', `${name} is required`, { field: name }) : undefined;
  if (type === 'integer') return checkWhole(value, name, { least: least ?? 0, most: most ?? Number.MAX_SAFE_INTEGER });
  if (typeof value !== type)
    return refuse('wrong_type', `${name} must be ${type === 'string' ? 'text' : 'true or false'}`, { field: name });
  if (choices && !choices.some((choice) => choice === value))
    return refuse('invalid_value', `${name} must be one of ${choices.join(', ')}`, { field: name });
  return undefined;
}

function propertyOf({ type, description, choices, least, most }: ToolArgument): object {
  return {
    ...{ type, description },
    ...(choices && { enum: choices }),
    ...(least !== undefined && { minimum: least }),
    ...(most !== undefined && { maximum: most }),
  };
}
