import type { Economy } from '../../economy/economy.ts';
import { AgentHistory } from './agent-history.ts';
import { BooksHistory } from './books-history.ts';
import { RunCounts } from './run-counts.ts';

const AGENTS_MAX = 8;

/** What was added up of an economy's past, kept for the next look. Nothing is read before somebody looks. */
export class Histories {
  readonly runs: RunCounts;
  readonly books: BooksHistory;
  readonly #economy: Economy;
  /** The one that was looked at last stands last. */
  readonly #agents = new Map<string, AgentHistory>();

  constructor(economy: Economy) {
    this.#economy = economy;
    this.runs = new RunCounts(economy);
    this.books = new BooksHistory(economy);
  }

  /** Of an agent that is there. Only the last few are kept. */
  agent(agentId: string): AgentHistory {
    const history = this.#agents.get(agentId) ?? new AgentHistory(this.#economy, agentId);
    this.#agents.delete(agentId);
    this.#agents.set(agentId, history);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > AGENTS_MAX && oldest !== undefined) this.#agents.delete(oldest);
    return history;
  }
}
