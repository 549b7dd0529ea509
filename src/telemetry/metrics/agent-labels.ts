/** Where all agents are counted that have no label of their own. No agent can have this id. */
export const OTHER = '(other)';

/** Which agents metrics tell apart: those that come first, up to a limit. The place of one that is dead is free again. */
export class AgentLabels {
  readonly #max: number;
  readonly #named = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  get named(): ReadonlySet<string> {
    return this.#named;
  }

  /** The agent's own where there is room, else `OTHER`. */
  labelOf(agentId: string): string {
    if (this.#named.has(agentId)) return agentId;
    if (this.#named.size >= this.#max) return OTHER;
    this.#named.add(agentId);
    return agentId;
  }

  release(agentId: string): void {
    this.#named.delete(agentId);
  }
}
