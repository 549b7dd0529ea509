import type { IncomingHttpHeaders } from 'node:http';
import { refuse, type Refusal } from '../../domain/refusal.ts';
import { LOOPBACK } from '../standing.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** The only name: at `localhost` another user may listen to [::1] with the same port, and be asked first. */
function isOwnHost(host: string, port: number): boolean {
  return host === `${LOOPBACK}:${port}` || (port === 80 && host === LOOPBACK);
}

/**
 * Refuses what no page of this server and no person at its address would ask: another name of this machine (a name that
 * was made to lead here), and whatever another page has its browser send.
 */
export function refuseForeign({ method, path, headers }: Asked, port: number): Refusal | undefined {
  const { host = '', origin } = headers;
  if (!isOwnHost(host, port)) return refuse('foreign_host', `the page is at http://127.0.0.1:${port}`);
  if (origin === undefined ? method === 'POST' : origin !== `http://${host}`)
    return refuse('foreign_origin', 'only the page itself may ask here');
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || (site === 'none' && !path.startsWith('/api/'));
  if (isOwn || isVisit(path, headers)) return undefined;
  return refuse('foreign_origin', 'only the page itself may ask here');
}

/** A link that leads to the page shows nothing but the page. */
function isVisit(path: string, headers: IncomingHttpHeaders): boolean {
  return path === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
