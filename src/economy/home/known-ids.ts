import { existsSync } from 'node:fs';
import { databasePath } from '../../config/home-places.ts';
import { knownIds, type KnownId } from '../../store/known-ids.ts';

/** What has ids that can be looked up. */
export type IdNoun = Parameters<typeof knownIds>[1];

/** As `knownIds`, of the economy that lives in a folder; none where none does. */
export function idsInHome(home: string, noun: IdNoun, begin: string, limit: number): readonly KnownId[] {
  const path = databasePath(home);
  return existsSync(path) ? knownIds(path, noun, begin, limit) : [];
}
