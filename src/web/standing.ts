import { createHmac, timingSafeEqual } from 'node:crypto';
import { get } from 'node:http';
import { join } from 'node:path';
import { pageDirectory } from '../config/home-places.ts';
import { makeFolder } from '../platform/folder.ts';
import { readOwnFile, replaceOwnFile } from '../platform/own-file.ts';
import type { Randomness } from '../platform/randomness.ts';
import { newSecret, SECRET } from './access/digest.ts';

/** Where the page of a home stands, or stood last, and how it shows that it is this home's. */
export interface Standing {
  readonly port: number;
  /** Only this user can read it. */
  readonly key: string;
}

/** Nobody but this machine. */
export const LOOPBACK = '127.0.0.1';
export const PROOF_PATH = '/api/proof';
const PATIENCE_MS = 2000;
const ANSWER_BYTES_MAX = 1024;

/** Of the page; with a token it lets one browser in. The token stands where no browser sends it. */
export function pageAddress(port: number, token?: string): string {
  return `http://${LOOPBACK}:${port}/${token === undefined ? '' : `#${token}`}`;
}

/** Undefined where none ever stood. */
export function standingOf(home: string): Standing | undefined {
  try {
    const { port, key } = JSON.parse(readOwnFile(pathOf(home)) ?? '') as Record<string, unknown>;
    const isWhole = Number.isInteger(port) && typeof key === 'string' && SECRET.test(key);
    return isWhole ? { port: port as number, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Throws the system's error. */
export function keepStanding(home: string, standing: Standing): void {
  makeFolder(pageDirectory(home), 0o700);
  replaceOwnFile(pathOf(home), JSON.stringify(standing));
}

/** What only who can read the key can say of a question. */
export function proofOf({ key }: Pick<Standing, 'key'>, question: string): string {
  return createHmac('sha256', key).update(question).digest('base64url');
}

/**
 * Where this home's page is being served now; undefined where it isn't. Whoever else has taken the port can't show that
 * it is this home's, and so never gets an address with a token.
 */
export async function findPage(home: string, random: Randomness): Promise<number | undefined> {
  const standing = standingOf(home);
  if (!standing) return undefined;
  const question = newSecret(random);
  const answer = await ask(standing.port, `${PROOF_PATH}?of=${question}`);
  const [told, right] = [Buffer.from(answer ?? ''), Buffer.from(proofOf(standing, question))];
  return told.length === right.length && timingSafeEqual(told, right) ? standing.port : undefined;
}

function ask(port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: LOOPBACK, port, path, agent: false, timeout: PATIENCE_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.length > ANSWER_BYTES_MAX) request.destroy();
      });
      response.on('close', () => resolve(response.statusCode === 200 ? text : undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

function pathOf(home: string): string {
  return join(pageDirectory(home), 'standing.json');
}
