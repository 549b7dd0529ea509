import { parseId, type Numbered } from '../../domain/ids.ts';
import { accept, type Result } from '../../domain/refusal.ts';

/** The number in `?before=prompt_17`; undefined where nothing is said. Refuses `invalid_id`. */
export function numberBefore(noun: Numbered, query: Readonly<Record<string, string>>): Result<number | undefined> {
  const { before } = query;
  return before === undefined ? accept(undefined) : parseId(noun, before);
}
