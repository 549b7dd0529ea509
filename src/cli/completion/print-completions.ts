import type { Command } from 'commander';
import { idsInHome } from '../../economy/home/known-ids.ts';
import type { CliDeps } from '../cli-deps.ts';
import { homeDirectory } from '../home/home-config.ts';
import { completeWords, type Candidate, type CompleteDeps } from './complete-words.ts';
import { FILES } from './shell-scripts.ts';

/** More are of no use to who looks for one, and a shell may ask before it shows them. */
const IDS_MAX = 100;
/** After that long nobody waits for it any more. */
const LIMIT_MS = 3000;

/** What the database holds of ids is data of others: only what is one can be offered. */
const ID = /^[a-z0-9][a-z0-9_-]{0,60}$/;
const NOT_SHOWN = /[^\x20-\x7E]/g;

/**
 * What the hidden command does that the shells' scripts ask. It reads a few rows without opening the economy, keeps to
 * its time whatever the disk does, and says nothing where something is wrong: a shell that completes shows no errors.
 */
export async function printCompletions(
  deps: CliDeps,
  program: Command,
  load: CompleteDeps['load'],
  words: readonly string[],
): Promise<void> {
  deps.process.killWithin(LIMIT_MS);
  const ids: CompleteDeps['ids'] = (noun, begin, home) => {
    try {
      const directory = homeDirectory(deps, home === undefined ? {} : { home });
      return idsInHome(directory, noun, begin, IDS_MAX).filter(({ id }) => ID.test(id));
    } catch {
      return [];
    }
  };
  const { candidates, isPath } = await completeWords(program, words, { load, ids });
  const lines = candidates.length === 0 && isPath ? [FILES] : candidates.map(lineOf);
  deps.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function lineOf({ word, about }: Candidate): string {
  return `${word}\t${about.replaceAll(NOT_SHOWN, ' ')}`;
}
