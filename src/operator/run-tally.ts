import type { MarketEvent } from '../domain/market-event.ts';
import type { Economy } from '../economy/economy.ts';
import { snapshot } from '../economy/snapshot.ts';
import { endedPrompts, promptsBefore, waitingPrompts } from '../economy/views/prompt-view.ts';
import { glanceView } from '../economy/views/status-view.ts';
import { waitingPage, type PromptRow } from './views/prompt-page.ts';

/** What a run came to. */
export interface RunSummary {
  readonly cycles: number;
  readonly executions: number;
  /** Of them, those that did not end well. */
  readonly failed: number;
  /** How prompts ended meanwhile, wherever they were answered. */
  readonly prompts: { readonly scored: number; readonly skipped: number; readonly expired: number };
  /** Credits that were issued meanwhile. */
  readonly issued: number;
  /** Credits that agents have now. */
  readonly held: number;
  /** Prompts that still wait. */
  readonly waiting: readonly PromptRow[];
}

/** Counts what happens in a run, from when it is made. */
export class RunTally {
  readonly #economy: Economy;
  readonly #issuedBefore: number;
  readonly #firstPrompt: number;
  #cycles = 0;
  #executions = 0;
  #failed = 0;

  constructor(economy: Economy) {
    this.#economy = economy;
    this.#issuedBefore = glanceView(economy).credits.issued;
    const newest = promptsBefore(economy, Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0;
    this.#firstPrompt = Math.min(newest + 1, ...waitingPrompts(economy).map(({ id }) => id));
  }

  note(event: MarketEvent): void {
    if (event.kind === 'cycle') this.#cycles++;
    if (event.kind !== 'settled') return;
    this.#executions++;
    if (event.outcome !== 'completed') this.#failed++;
  }

  summary(): RunSummary {
    return snapshot(this.#economy, () => {
      const { issued, held } = glanceView(this.#economy).credits;
      return {
        cycles: this.#cycles,
        executions: this.#executions,
        failed: this.#failed,
        prompts: endedPrompts(this.#economy, this.#firstPrompt),
        issued: issued - this.#issuedBefore,
        held,
        waiting: waitingPage(this.#economy),
      };
    });
  }
}
