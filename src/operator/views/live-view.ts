import type { glanceView } from '../../economy/views/status-view.ts';

/** A running economy at a glance: what `status` shows, and what only a `run` knows. */
export interface LiveView extends ReturnType<typeof glanceView> {
  readonly state: 'running' | 'paused' | 'stopping';
  /** At the moment of the view; null while nothing is being waited for (a cycle is at work, or the run ends). */
  readonly next_cycle_in_ms: number | null;
  /** One sentence on what the operator should know now, such as why the market is paused. */
  readonly notice: string | null;
  readonly open_prompt: OpenPromptView | null;
  readonly running: readonly RunningView[];
  /** What is going to happen and when, in one sentence; null while something else is to be looked at. */
  readonly coming: string | null;
}

export interface OpenPromptView {
  readonly id: string;
  readonly agent_id: string;
  /** The operator's request that it answers. */
  readonly request_id: string | null;
  /** That were handed over with it. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Until it expires, at the moment of the view. */
  readonly expires_in_ms: number;
}

/** An execution that is not settled yet. */
export interface RunningView {
  readonly id: string;
  readonly agent_id: string;
  readonly running_ms: number;
}
