import { STORE } from '../../../economy/internal/store-key.ts';
import type { Economy } from '../../../economy/economy.ts';
import { allAgents, allPrompts } from '../../measures/rows.ts';
import type { Residents } from '../residents.ts';
import type { Candidate } from './best-choice.ts';

/** One letter of each kind that each agent showed; of those that differ in nothing, the first. */
export function candidates({ [STORE]: store }: Economy, residents: Residents, beganAt: number): readonly Candidate[] {
  const titles = new Map<string, Set<string | null>>();
  for (const { agentId, title } of allPrompts(store))
    titles.set(agentId, (titles.get(agentId) ?? new Set()).add(title));
  const unlike = new Map<string, Candidate>();
  for (const { id, lineageId, bornAt } of allAgents(store))
    for (const title of titles.get(id) ?? [null]) {
      const { quality } = residents.get(id);
      const key = JSON.stringify([lineageId, title, quality]);
      if (!unlike.has(key)) unlike.set(key, { lineageId, title, quality, fromMs: bornAt - beganAt });
    }
  return [...unlike.values()];
}
