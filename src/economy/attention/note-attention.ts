import type { Prompt } from '../../domain/attention.ts';
import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import { notePresence, spend } from './human-time.ts';

/** What a face saw: it put the prompt before the human, or the human did something over it. */
export type AttentionSign = 'shown' | 'acted';

/**
 * Notes what a face saw of the human and the open prompt. Time counts only between two such signs that are no further
 * apart than `attention.gap_seconds`: a page that stays open adds nothing, and several pages add no more than one. For a
 * prompt that isn't open nothing is noted.
 */
export function noteAttention(deps: Economy, promptId: number, sign: AttentionSign): void {
  const { [STORE]: store, clock } = deps;
  if (store.prompts.openId() !== promptId) return;
  store.transaction(() => {
    const prompt = store.prompts.open();
    if (prompt?.id !== promptId) return;
    if (sign === 'shown') store.prompts.noteShown(promptId, clock.now());
    else attend(deps, prompt, clock.now());
  });
}

/**
 * What an answer given now has taken of the human's time, in milliseconds; it counts as a sign itself. Where all gaps
 * were too long, or nobody was seen to read it, that is `attention.default_seconds`. Runs inside the caller's transaction.
 */
export function attentionOfAnswer(deps: Economy, prompt: Prompt, at: number): number {
  const measuredMs = attend(deps, prompt, at);
  if (measuredMs > 0) return measuredMs;
  const assumedMs = Math.round(deps.config.attention.default_seconds * 1000);
  count(deps, prompt.id, at, assumedMs);
  return assumedMs;
}

/** Returns all that the prompt has taken so far. */
function attend(deps: Economy, prompt: Prompt, at: number): number {
  const passedMs = at - (prompt.actedAt ?? at);
  const countedMs = passedMs >= 0 && passedMs <= deps.config.attention.gap_seconds * 1000 ? passedMs : 0;
  notePresence(deps, prompt, at);
  count(deps, prompt.id, at, countedMs);
  return (prompt.attentionMs ?? 0) + countedMs;
}

function count(deps: Economy, promptId: number, at: number, attentionMs: number): void {
  deps[STORE].prompts.noteActed(promptId, at, attentionMs);
  spend(deps, at, attentionMs);
}
