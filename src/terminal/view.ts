import type { MicroCredits } from '../domain/credits.ts';
import type { Scores } from '../domain/attention.ts';
import type { Resource } from '../domain/resources.ts';

/** What the terminal shows of an economy. Texts may come from agents: the terminal sanitises them. */
export interface EconomyView {
  readonly cycle: number;
  /** At the moment of `show`; null while nothing is being waited for (a cycle is at work, or the run ends). */
  readonly next_cycle_in_ms: number | null;
  readonly state: 'running' | 'paused' | 'stopping';
  /** One sentence on what the operator should know now, such as why the market is paused. */
  readonly notice: string | null;
  readonly agents: { readonly alive: number; readonly dormant: number; readonly dead: number };
  readonly credits: {
    readonly issued: MicroCredits;
    readonly burned: MicroCredits;
    readonly held: MicroCredits;
    readonly pending: MicroCredits;
  };
  readonly markets: Readonly<Record<Resource, MarketView>>;
  readonly prompts: { readonly open: OpenPromptView | null; readonly queued: number; readonly away: boolean };
  readonly executions: readonly ExecutionView[];
  /** Newest last. */
  readonly events: readonly string[];
}

export interface MarketView {
  /** Of one whole unit. */
  readonly price: MicroCredits;
  /** In the unit that people see; 0 where the resource isn't sold. */
  readonly supply: number;
  /** Share of the supply in use, 0 to 1. */
  readonly utilisation: number;
}

export interface ExecutionView {
  readonly id: string;
  readonly agent_id: string;
  readonly running_ms: number;
}

export interface OpenPromptView {
  readonly id: string;
  readonly agent_id: string;
  /** Until it expires, at the moment of `show`. */
  readonly expires_in_ms: number;
}

/** What is put before the human. Title and content are the agent's own words. */
export interface AskedPrompt {
  readonly id: string;
  readonly agent_id: string;
  readonly title: string | null;
  readonly content: string;
}

export type Answer =
  | { readonly kind: 'scored'; readonly scores: Scores; readonly reason: string | null }
  | { readonly kind: 'skipped' }
  /** The question ended without an answer of the human at this terminal: `signal` was aborted, or the terminal closed. */
  | { readonly kind: 'closed' };

/** Where the human reads and answers. Nothing here ever waits for the human but `ask`'s promise. */
export interface Terminal {
  /** Whether a human can be asked here. Where not, `ask` only waits for its signal. */
  readonly interactive: boolean;
  /** The state of things; drawn at the next refresh. */
  show(view: EconomyView): void;
  /** One line that stays. */
  event(line: string): void;
  /** One question at a time; a second one waits for the first. Never rejects. */
  ask(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer>;
  /** Gives the terminal back as it was. Idempotent. */
  close(): void;
}
