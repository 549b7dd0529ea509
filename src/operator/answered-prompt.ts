import type { Prompt } from '../domain/attention.ts';
import { formatCredits, toCredits, type MicroCredits } from '../domain/credits.ts';
import type { EndedPrompt } from '../economy/attention/end-prompt.ts';
import type { Economy } from '../economy/economy.ts';
import { meansOf, type Means } from '../economy/views/means-view.ts';
import { findPrompt } from '../economy/views/prompt-view.ts';

/** What an answer came to. */
export interface AnsweredPrompt {
  readonly promptId: number;
  readonly agentId: string;
  readonly reward: MicroCredits;
  /** What its agent can do now; null where it is dead. */
  readonly means: Means | null;
}

/** Where an answer was given; `elsewhere` is another command, or an earlier run. */
export type AnswerPlace = 'terminal' | 'page' | 'elsewhere';

/** A prompt that is over, and where it was answered; null where nobody answered it in time. */
export interface PromptEnding {
  readonly prompt: Prompt;
  readonly place: AnswerPlace | null;
}

/** To be asked right after the end: it tells the state of now. */
export function answeredPrompt(
  economy: Economy,
  { promptId, agentId, reward }: Pick<EndedPrompt, 'promptId' | 'agentId' | 'reward'>,
): AnsweredPrompt {
  const prompt = findPrompt(economy, promptId);
  return { promptId, agentId, reward, means: (prompt && meansOf(economy, prompt)) ?? null };
}

const ROUNDED = { maximumFractionDigits: 2 };

/** `+140 to ada, who now has 1,210: 20 more prompts` */
export function answeredLine({ agentId, reward, means }: AnsweredPrompt): string {
  const gift = `${reward > 0 ? `+${formatCredits(reward)}` : 'nothing'} to ${agentId}`;
  if (means === null) return `${gift}, who is dead${reward > 0 ? ': it is burnt' : ''}`;
  const { balance, prompts } = means;
  const more = prompts === 1 ? '1 more prompt' : `${prompts.toLocaleString('en-US')} more prompts`;
  return `${gift}, who now has ${toCredits(balance).toLocaleString('en-US', ROUNDED)}: ${more}`;
}
