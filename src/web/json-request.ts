import type { FastifyRequest } from 'fastify';
import { parseJsonBody } from '../protocol/json-body.ts';
import type { Refusal } from '../domain/refusal.ts';

/** The body of a POST, once it is read as JSON. What isn't an object holds nothing. */
export function bodyOf({ body }: FastifyRequest): Readonly<Record<string, unknown>> {
  if (!Buffer.isBuffer(body)) return {};
  const parsed = parseJsonBody(body);
  if (!parsed.ok) throw new RefusedBody(parsed);
  const { value } = parsed;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Carries a refusal to where errors are answered. */
export class RefusedBody extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
