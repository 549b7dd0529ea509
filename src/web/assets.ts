import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const ASSETS = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/app.js', file: 'app.js', type: 'text/javascript; charset=utf-8' },
  { path: '/app.css', file: 'app.css', type: 'text/css; charset=utf-8' },
] as const;

export const ASSET_PATHS: readonly string[] = ASSETS.map(({ path }) => path);

/** The page itself, which holds no secret. It is read once, so a new build meets no half of an old one. */
export function addAssets(app: FastifyInstance, directory: string): void {
  for (const { path, file, type } of ASSETS) {
    const bytes = readFileSync(join(directory, file));
    const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    app.get(path, (request, reply) => {
      reply.header('etag', tag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      return reply.type(type).send(bytes);
    });
  }
}
