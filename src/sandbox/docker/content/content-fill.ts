import type { Content } from '../../sandbox.ts';
import type { Fill } from './engine-contents.ts';
import { fromProgram, type ProgramParts } from './program-fill.ts';
import { fromTree } from './tree-fill.ts';

/** How content of its kind comes to an engine. */
export function fillOf(parts: ProgramParts, { key, source }: Content): Fill {
  return source.kind === 'tree' ? fromTree(source, parts.clock) : fromProgram(parts, { key, source });
}
