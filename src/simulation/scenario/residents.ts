import type { Economy } from '../../economy/economy.ts';
import type { Group, Scenario } from './scenario-schema.ts';
import { type Memory, newMemory } from './strategies/strategy.ts';
import { findAgent } from '../../economy/views/agent-view.ts';

/** One agent of a scenario: what its group makes it, and what it remembers. */
export interface Resident {
  readonly group: string;
  readonly traits: Group;
  /** The marks that its prompts deserve. */
  readonly quality: number;
  readonly memory: Memory;
  /** The others of its group; none where it was born of one. */
  readonly siblings: readonly string[];
}

/** Who lives in a scenario's economy. Children are what their parents are. */
export class Residents {
  readonly #economy: Economy;
  readonly #byId = new Map<string, Resident>();

  constructor(economy: Economy, { population }: Scenario) {
    this.#economy = economy;
    for (const [group, traits] of Object.entries(population)) {
      const ids = Array.from({ length: traits.count }, (_, place) => `${group}-${place + 1}`);
      for (const [place, id] of ids.entries())
        this.#byId.set(id, {
          ...{ group, traits, memory: newMemory(), siblings: ids.filter((other) => other !== id) },
          quality: spread(traits.quality, place + 1, traits.count),
        });
    }
  }

  get(agentId: string): Resident {
    const known = this.#byId.get(agentId);
    if (known) return known;
    const parent = findAgent(this.#economy, agentId)?.parentId;
    if (parent === undefined || parent === null) throw new Error(`${agentId} is not of this scenario`);
    const raised = this.get(parent);
    const quality = raised.traits.settings.child_quality ?? raised.quality;
    const born = { ...raised, quality, memory: newMemory(), siblings: [] };
    this.#byId.set(agentId, born);
    return born;
  }
}

/** From the lower to the higher quality, evenly over the group; the middle where it is alone. */
function spread([low, high]: readonly [number, number], number: number, count: number): number {
  return count === 1 ? (low + high) / 2 : low + ((high - low) * (number - 1)) / (count - 1);
}
