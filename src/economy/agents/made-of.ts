import type { Template } from '../../domain/template.ts';
import type { MadeOf } from '../../store/agents.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * What a new agent's record says of its template. From now on this home has the template's program. Within a
 * transaction.
 */
export function madeOf({ [STORE]: store }: Economy, { name, program }: Template): MadeOf {
  if (program) store.programs.put(program);
  return { template: name, program: program?.key };
}
