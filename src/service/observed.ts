import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestObserver } from '../domain/served-request.ts';
import { loadOf } from './endpoint.ts';

/** Characters kept of what was asked and what was answered. */
const CHARS_MAX = 4096;

interface Seen {
  body: string | null;
  answer: string | null;
}

/** Tells the observer of every request that comes as far as the application: a flood and what isn't HTTP don't. */
export function addObserver(app: FastifyInstance, observe: RequestObserver): void {
  const seen = new WeakMap<FastifyRequest, Seen>();
  const of = (request: FastifyRequest): Seen => {
    const known = seen.get(request) ?? { body: null, answer: null };
    seen.set(request, known);
    return known;
  };
  // Before a schema turns it into what the domain takes.
  app.addHook('preValidation', (request, _reply, done) => {
    of(request).body = textOf(request.body);
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    of(request).answer = textOf(payload);
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const load = loadOf(request.raw);
    if (load) {
      const { method, originalUrl: path } = request;
      observe({
        ...{ executionId: load.executionId, method, path: path.slice(0, CHARS_MAX) },
        ...{ status: reply.raw.statusCode, ...of(request) },
      });
    }
    done();
  });
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString('utf8') : jsonOf(value);
  return text?.slice(0, CHARS_MAX) ?? null;
}

/** A stream has no text yet. */
function jsonOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'pipe' in value ? null : JSON.stringify(value);
}
