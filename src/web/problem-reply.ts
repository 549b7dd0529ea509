import type { FastifyReply } from 'fastify';
import { PROBLEM_JSON, problemOf } from '../protocol/problem.ts';
import type { Refusal } from '../domain/refusal.ts';

/** Answers with the problem object that the service, too, would give. */
export function sendProblem(reply: FastifyReply, refusal: Omit<Refusal, 'ok'>): FastifyReply {
  const problem = problemOf(refusal);
  if (problem.status === 429 || problem.code === 'database_locked') reply.header('retry-after', '1');
  // As bytes: to text Fastify would add a charset, which this media type doesn't have.
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_JSON)
    .send(Buffer.from(JSON.stringify(problem)));
}
