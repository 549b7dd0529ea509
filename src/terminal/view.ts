import type { Scores } from '../domain/attention.ts';
import type { LiveView } from '../operator/views/live-view.ts';
import type { News } from '../operator/event-lines.ts';
import type { HandedFile } from './handed-files.ts';

/** What the terminal shows of an economy. Texts may come from agents: the terminal sanitises them. */
export type ShownEconomy = LiveView;

/** What is put before the human. Title, content and the names of files are the agent's own words. */
export interface AskedPrompt {
  readonly id: string;
  readonly agent_id: string;
  /** The human's own wish that it answers. */
  readonly request?: { readonly id: string; readonly text: string } | undefined;
  readonly title: string | null;
  readonly content: string;
  /** How its agent's last letter began, where the human knows that. */
  readonly known_opening?: string | null;
  readonly files: readonly HandedFile[];
}

export type Answer =
  | { readonly kind: 'scored'; readonly scores: Scores; readonly reason: string | null }
  | { readonly kind: 'skipped' }
  /** The question ended without an answer: `signal` was aborted, or the terminal closed. */
  | { readonly kind: 'closed' };

/** Where the human reads and answers. Nothing here ever waits for the human but `ask`'s promise. */
export interface Terminal {
  /** Whether a human can be asked here. Where not, `ask` only waits for its signal. */
  readonly interactive: boolean;
  /** The state of things; drawn at the next refresh. */
  show(view: ShownEconomy): void;
  /** What happened, in one line. */
  event(line: string, news?: News): void;
  /** One question at a time; a second one waits for the first. Never rejects. */
  ask(prompt: AskedPrompt, signal: AbortSignal): Promise<Answer>;
  /** Gives the terminal back as it was. Idempotent. */
  close(): void;
}

/** An agent, at a glance. */
export interface ListedAgent {
  readonly id: string;
  readonly status: string;
  readonly parent: string | null;
  readonly available: number;
  readonly earned: number;
  readonly executions: number;
  readonly last_seen_cycle: number | null;
}

/** A prompt that has the slot, or is on deck. */
export interface WaitingPrompt {
  readonly id: string;
  readonly agent_id: string;
  readonly title: string | null;
  readonly status: string;
}

/** What the human can look up and do at the terminal besides answering. */
export interface TerminalControls {
  readonly agents: () => readonly ListedAgent[];
  readonly waiting: () => readonly WaitingPrompt[];
  /** Pauses the market, or lets it go on. */
  readonly togglePause: () => void;
  /** Gives a few minutes more. */
  readonly listenOn: () => void;
}
