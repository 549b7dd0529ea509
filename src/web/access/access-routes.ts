import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problem-reply.ts';
import { bodyOf } from '../json-request.ts';
import type { Gate } from './gate.ts';

export const ACCESS_PATHS: readonly string[] = ['/api/session', '/api/challenge', '/api/tab'];

/** What a browser asks before it is let in. */
export function addAccessRoutes(app: FastifyInstance, gate: Gate): void {
  app.post('/api/session', async (request, reply) => {
    const { token, key } = bodyOf(request);
    const entered = await gate.enter(token, key);
    if (!entered.ok) return sendProblem(reply, entered);
    return reply.header('set-cookie', entered.value).send({});
  });
  app.get('/api/challenge', (_request, reply) => reply.send({ challenge: gate.challenge() }));
  app.post('/api/tab', (request, reply) => {
    const { cookie, origin = '' } = request.headers;
    const { challenge, signature } = bodyOf(request);
    const opened = gate.openTab(cookie, { origin, challenge, signature });
    if (!opened.ok) return sendProblem(reply, opened);
    return reply.header('set-cookie', opened.value.cookie).send({ token: opened.value.token });
  });
}
