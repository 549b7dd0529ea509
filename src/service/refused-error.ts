import type { Refusal } from '../domain/refusal.ts';

/** Carries a refusal through the places where Fastify takes nothing but an Error. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}
