import { Pool } from 'undici';
import type { ProviderKind } from './formats/format.ts';
import type { Provider } from './provider.ts';
import type { Transport } from './transport.ts';

const ANTHROPIC_VERSION = '2023-06-01';

/** The real way to a provider. */
export function connectionsTo({ origin, path: base, kind, key, config }: Provider): Transport {
  const { concurrency, connect_timeout_ms: connect, idle_timeout_ms: idle } = config;
  const pool = new Pool(origin, {
    connections: concurrency,
    pipelining: 1,
    connect: { timeout: connect },
    headersTimeout: idle,
    bodyTimeout: idle,
  });
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'bp-agents',
    ...(kind === 'anthropic' && { 'anthropic-version': ANTHROPIC_VERSION }),
    ...(key !== undefined && keyHeader(kind, key)),
  };
  return {
    send({ path, body, signal }) {
      const isStream = body['stream'] === true || path.endsWith('alt=sse');
      // Some servers stream to whoever says that it takes events.
      const accept = isStream ? 'text/event-stream, application/json' : 'application/json';
      const sent = { headers: { ...headers, accept }, body: JSON.stringify(body) };
      return pool.request({ method: 'POST', path: `${base}${path}`, ...sent, signal });
    },
    close: () => pool.destroy(),
  };
}

function keyHeader(kind: ProviderKind, key: string): Record<string, string> {
  if (kind === 'openai') return { authorization: `Bearer ${key}` };
  return kind === 'anthropic' ? { 'x-api-key': key } : { 'x-goog-api-key': key };
}
