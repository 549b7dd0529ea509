import type { FastifyReply } from 'fastify';
import type { Refusal } from '../domain/refusal.ts';
import { PROBLEM_JSON, problemOf } from '../protocol/problem.ts';
import { errorFormOf, sdkError } from './error-form.ts';

export function sendProblem(reply: FastifyReply, refusal: Omit<Refusal, 'ok'>, instance?: string): void {
  const problem = problemOf(refusal, instance);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 429 || problem.code === 'database_locked') reply.header('retry-after', '1');
  // As bytes: to text Fastify would add a charset, which this media type doesn't have.
  const { url, headers } = reply.request;
  const form = errorFormOf(url, headers);
  if (form !== 'problem') {
    // An SDK would try again, to no effect: no provider comes by itself, and no budget grows.
    if (refusal.code === 'no_llm_provider') reply.header('x-should-retry', 'false');
    if (problem.status === 503 && typeof problem.limit === 'number') reply.header('retry-after', String(problem.limit));
  }
  reply
    .code(problem.status)
    .header('content-type', form === 'problem' ? PROBLEM_JSON : 'application/json')
    .send(Buffer.from(JSON.stringify(form === 'problem' ? problem : sdkError(problem, form))));
}
