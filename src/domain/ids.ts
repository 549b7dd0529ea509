import { refuse, accept, type Refusal, type Result } from './refusal.ts';

const PREFIX = {
  bid: 'bid',
  execution: 'exe',
  prompt: 'prompt',
  message: 'msg',
  transfer: 'tx',
  request: 'request',
} as const;
export type Numbered = keyof typeof PREFIX;

/** What stands before the number, underscore included. */
export function prefixOf(noun: Numbered): string {
  return `${PREFIX[noun]}_`;
}

/** `17` as agents and the operator see it: `bid_17`. The underscore keeps these apart from every agent id. */
export function formatId(noun: Numbered, number: number): string {
  return `${PREFIX[noun]}_${number}`;
}

/** The number in `bid_17`; refuses `invalid_id`. A bare `17` is taken too, since people type it. */
export function parseId(noun: Numbered, text: string): Result<number> {
  const digits = text.startsWith(`${PREFIX[noun]}_`) ? text.slice(PREFIX[noun].length + 1) : text;
  if (!/^[1-9][0-9]{0,14}$/.test(digits))
    return refuse('invalid_id', `expected an id such as ${formatId(noun, 17)}`, { field: `${noun}_id` });
  return accept(Number(digits));
}

/** Whether a row can have this number at all. Refuses `invalid_id`. */
export function checkId(noun: Numbered, number: unknown): Refusal | undefined {
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return undefined;
  return refuse('invalid_id', `expected an id such as ${formatId(noun, 17)}`, { field: `${noun}_id` });
}

export const AGENT_ID = /^[a-z0-9][a-z0-9-]{0,40}$/;

export function isAgentId(text: unknown): text is string {
  return typeof text === 'string' && AGENT_ID.test(text);
}

/** Who speaks where the operator does. No agent can have this id. */
export const OPERATOR = 'operator';

/** The id of an agent that is to be made. Refuses `invalid_id`. */
export function parseNewAgentId(text: string, field = 'id'): Result<string> {
  if (text === OPERATOR)
    return refuse('invalid_id', `${field} must not be ${OPERATOR}, which is the operator`, { field });
  return parseAgentId(text, field);
}

/** Refuses `invalid_id`. */
export function parseAgentId(text: string, field = 'id'): Result<string> {
  if (!isAgentId(text))
    return refuse('invalid_id', `${field} must be 1 to 41 of a-z, 0-9 and -, and not start with -`, { field });
  return accept(text);
}
