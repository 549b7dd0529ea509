import type { Problem } from '../../protocol/problem.ts';
import { BrowserKey } from './browser-key.ts';

/** What the server refused, in its own words. */
export class RefusedCall extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nobody answers: the program has ended, or is on its way up again. */
class ServerGone extends Error {}

const TAB_HEADER = 'x-bp-tab';
const key = new BrowserKey();
let tab: string | undefined;
let opening: Promise<string> | undefined;

/** Uses up the token in the address, if there is one, and takes it out of the address and the history. */
export async function enter(): Promise<void> {
  const token = /^#([\w-]{22})$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, '', '#/');
  await answered(await send('POST', '/api/session', { token, key: await key.renew() }));
  tab = undefined;
}

/** Throws `RefusedCall` or `ServerGone`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answered(await asTab('GET', path, undefined, signal))).json() as Promise<T>;
}

/** As `get`, for what is to be kept as a file. */
export async function getFile(path: string): Promise<Blob> {
  return (await answered(await asTab('GET', path))).blob();
}

/** As `get`, for what changes something. */
export async function post<T>(path: string, body: object): Promise<T> {
  return (await answered(await asTab('POST', path, body))).json() as Promise<T>;
}

/** A stream of server-sent events. Throws as `get`. */
export async function openEvents(view: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const path = `/api/events?view=${encodeURIComponent(view)}`;
  const { body } = await answered(await asTab('GET', path, undefined, signal));
  if (!body) throw new ServerGone('the stream is empty');
  return body;
}

/** A server that was started anew knows no tabs: then this one asks to be one again. */
async function asTab(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
  const answer = await send(method, path, body, { signal, tab: (tab ??= await openTab()) });
  if (answer.status !== 403 || (await problemOf(answer.clone()))?.code !== 'no_tab') return answer;
  tab = undefined;
  return send(method, path, body, { signal, tab: (tab = await openTab()) });
}

/** At once for all who wait for it. */
function openTab(): Promise<string> {
  opening ??= askForTab().finally(() => (opening = undefined));
  return opening;
}

async function askForTab(): Promise<string> {
  const { challenge } = (await (await answered(await send('GET', '/api/challenge'))).json()) as { challenge: string };
  // Without a key the server says what there is to do.
  const signature = await key.sign(`bp-agents tab\n${location.origin}\n${challenge}`);
  const answer = await answered(await send('POST', '/api/tab', { challenge, signature }));
  return ((await answer.json()) as { token: string }).token;
}

async function send(
  method: string,
  path: string,
  body?: object,
  { signal, tab: token }: { readonly signal?: AbortSignal | undefined; readonly tab?: string } = {},
): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { [TAB_HEADER]: token }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      redirect: 'error',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerGone('the program does not answer', { cause: error });
  }
}

async function answered(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  throw problem ? new RefusedCall(problem) : new ServerGone(`the answer was ${answer.status}`);
}

async function problemOf(answer: Response): Promise<Problem | undefined> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return undefined;
  }
}
