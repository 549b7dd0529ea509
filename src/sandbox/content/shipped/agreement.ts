import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../../platform/folder.ts';
import { ignore } from '../../../platform/system-error.ts';
import type { BytePath } from './byte-path.ts';

/** A path, and in what state it was on the engine and on this host when both held the same; see `stateOf`. */
const known = z.tuple([z.string(), z.string(), z.string()]);
const agreement = z.object({
  version: z.literal(1),
  /** The volume holds nothing of an execution: neither its token nor what isn't on this host. */
  settled: z.boolean(),
  entries: z.array(known),
});

export interface Agreed {
  readonly engine: string;
  readonly host: string;
}

export interface Agreement {
  readonly settled: boolean;
  readonly entries: ReadonlyMap<BytePath, Agreed>;
}

const NOTHING: Agreement = { settled: false, entries: new Map() };

/**
 * What was known to be the same on the engine and on this host, so that only what has changed since has to be carried.
 * It may be lost at any time: then everything is carried.
 */
export async function readAgreement(path: string): Promise<Agreement> {
  const text = await readFile(path, 'utf8').catch(ignore('ENOENT'));
  const found = agreement.safeParse(parsed(text)).data;
  if (!found) return NOTHING;
  return { settled: found.settled, entries: new Map(found.entries.map(([at, ...state]) => [at, agreed(...state)])) };
}

export async function writeAgreement(path: string, { settled, entries }: Agreement): Promise<void> {
  makeFolder(dirname(path), 0o700);
  const flat = [...entries].map(([at, { engine, host }]) => [at, engine, host]);
  await writeFile(`${path}.new`, JSON.stringify({ version: 1, settled, entries: flat }), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Idempotent. */
export async function forgetAgreement(path: string): Promise<void> {
  await rm(path, { force: true });
}

function agreed(engine: string, host: string): Agreed {
  return { engine, host };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
