import type { IncomingHttpHeaders } from 'node:http';
import { refuse, type Refusal } from '../../domain/refusal.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** As browsers name this machine with that port. */
function hostsOf(port: number): readonly string[] {
  return NAMES.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
}

/**
 * Refuses what no page of this server and no person at its address would ask: another name of this machine (a name that
 * was made to lead here), and whatever another page has its browser send.
 */
export function refuseForeign({ method, path, headers }: Asked, port: number): Refusal | undefined {
  const { host = '', origin } = headers;
  if (!hostsOf(port).includes(host.toLowerCase()))
    return refuse('foreign_host', `the page is at http://127.0.0.1:${port}`);
  if (origin === undefined ? method === 'POST' : origin !== `http://${host.toLowerCase()}`)
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
