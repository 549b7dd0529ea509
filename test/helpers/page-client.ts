import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { request } from 'node:http';
import { tabText } from '../../src/web/access/tabs.ts';

export interface PageAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** The code of the problem, where it is one. */
  readonly code: string | undefined;
}

export interface PageRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** Speaks to the page's server as its page in a browser does, where a test doesn't make it say otherwise. */
export class PageClient {
  readonly origin: string;
  readonly port: number;
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  cookie: string | undefined;
  tab: string | undefined;

  constructor(port: number, origin = `http://127.0.0.1:${port}`) {
    this.port = port;
    this.origin = origin;
  }

  get privateKey(): KeyObject {
    return this.#key.privateKey;
  }

  async enter(address: string): Promise<PageAnswer> {
    const token = new URL(address).hash.slice(1);
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' });
    const answer = await this.ask('/api/session', { body: { token, key: { x, y } } });
    this.cookie = String(answer.headers['set-cookie']?.[0]).split(';')[0];
    return answer;
  }

  async openTab({ origin = this.origin, key = this.privateKey } = {}): Promise<PageAnswer> {
    const { challenge } = JSON.parse((await this.ask('/api/challenge')).text) as { challenge: string };
    const answer = await this.ask('/api/tab', {
      body: { challenge, signature: signatureOf(tabText(origin, challenge), key) },
    });
    if (answer.status === 200) this.tab = (JSON.parse(answer.text) as { token: string }).token;
    return answer;
  }

  /** A POST where it has a body. A header of undefined is left away. */
  ask(path: string, { body, method, headers = {} }: PageRequest = {}): Promise<PageAnswer> {
    const isPost = body !== undefined;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = {
      host: new URL(this.origin).host,
      cookie: this.cookie,
      'x-bp-tab': this.tab,
      'sec-fetch-site': 'same-origin',
      ...(isPost && { origin: this.origin, 'content-type': 'application/json' }),
      ...headers,
    };
    return sent(this.port, method ?? (isPost ? 'POST' : 'GET'), path, all, isPost ? text : undefined);
  }
}

export function signatureOf(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

function sent(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: string | undefined,
): Promise<PageAnswer> {
  return new Promise((resolve, reject) => {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const asked = request(
      { host: '127.0.0.1', port, method, path, headers: given, agent: false, setHost: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: codeIn(text) }),
        );
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

function codeIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string } | null)?.code;
  } catch {
    return undefined;
  }
}
