import type { Program } from '../../domain/template.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Keys of the programs that agents have who aren't dead. */
export function programsInUse({ [STORE]: store }: Economy): ReadonlySet<string> {
  return new Set(store.programs.inUse());
}

/** What an agent's executions find; undefined where it was made of files alone. */
export function programOf({ [STORE]: store }: Economy, agentId: string): Program | undefined {
  const key = store.agents.find(agentId)?.program ?? null;
  if (key === null) return undefined;
  const program = store.programs.find(key);
  if (!program) throw new Error(`the program of ${agentId} is not recorded`);
  return program;
}
