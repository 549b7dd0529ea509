import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import type { Prompt } from '../../domain/attention.ts';
import { toCredits } from '../../domain/credits.ts';
import type { PromptFile } from '../../domain/prompt-files.ts';
import { formatId } from '../../domain/ids.ts';
import { isoOrNull } from './execution-view.ts';

/** How a prompt ended, as its agent's next handshake tells it. Scores are null where it was skipped or expired. */
export function responseView(prompt: Prompt) {
  return {
    prompt_id: formatId('prompt', prompt.id),
    request_id: requestId(prompt),
    status: prompt.status,
    scores: prompt.scores,
    reason: prompt.reason,
    reward: toCredits(prompt.reward),
    royalty: toCredits(prompt.royalty),
    refund: toCredits(prompt.refund),
    next_bid: nextBidView(prompt),
    answered_at: isoOrNull(prompt.endedAt),
  };
}

export function promptView(prompt: Prompt) {
  return {
    id: formatId('prompt', prompt.id),
    agent_id: prompt.agentId,
    execution_id: formatId('execution', prompt.executionId),
    request_id: requestId(prompt),
    title: prompt.title,
    /** Null where it was purged. */
    content: prompt.purgedAt === null ? prompt.content : null,
    files: prompt.files.map(fileView),
    status: prompt.status,
    scores: prompt.scores,
    reason: prompt.reason,
    reward: toCredits(prompt.reward),
    royalty: toCredits(prompt.royalty),
    refund: toCredits(prompt.refund),
    next_bid: nextBidView(prompt),
    submitted_at: isoOrNull(prompt.submittedAt),
    opened_at: isoOrNull(prompt.openedAt),
    shown_at: isoOrNull(prompt.shownAt),
    /** What it has taken of the human's time; null where nobody saw it. */
    attention_seconds: prompt.attentionMs === null ? null : prompt.attentionMs / 1000,
    answered_at: isoOrNull(prompt.endedAt),
    purged_at: isoOrNull(prompt.purgedAt),
  };
}

/** Which of the operator's requests it answers, by its agent's word. */
function requestId({ requestId: id }: Prompt) {
  return id === null ? null : formatId('request', id);
}

function fileView({ name, bytes, sha256, isKept }: PromptFile) {
  return { name, bytes, sha256, kept: isKept };
}

/** Null where the prompt named none, or where it hasn't ended. */
function nextBidView({ nextBidStatus, nextBidDetail }: Prompt) {
  return nextBidStatus === null ? null : { status: nextBidStatus, detail: nextBidDetail };
}

export function findPrompt(economy: Economy, promptId: number): Prompt | undefined {
  return economy[STORE].prompts.find(promptId);
}

/** Of one of its files, by its place among them; undefined where it is kept no longer. */
export function contentOfFile(economy: Economy, promptId: number, number: number): Uint8Array | undefined {
  return economy[STORE].promptFiles.content(promptId, number);
}

/** The one that waits for the human's marks. Cheap. */
export function openPrompt(economy: Economy): Prompt | undefined {
  return economy[STORE].prompts.open();
}

/** The open one, then those on deck, the oldest first. There are few. */
export function waitingPrompts(economy: Economy): readonly Prompt[] {
  return economy[STORE].prompts.waiting();
}

/** How many of those from this id on were marked, skipped, or ran out. */
export function endedPrompts(
  economy: Economy,
  id: number,
): { readonly scored: number; readonly skipped: number; readonly expired: number } {
  return economy[STORE].prompts.endedFrom(id);
}

export function promptOfExecution(economy: Economy, executionId: number): Prompt | undefined {
  return economy[STORE].prompts.ofExecution(executionId);
}

/** Those for one of the operator's requests, with ids under `before`, the newest first. */
export function promptsForRequest(economy: Economy, requestId: number, before: number, limit: number) {
  return economy[STORE].prompts.ofRequest(requestId, before, limit);
}

/** Those of one agent, or all, with ids under `before`, the newest first. */
export function promptsBefore(economy: Economy, before: number, limit: number, agentId?: string): readonly Prompt[] {
  const { prompts } = economy[STORE];
  return agentId === undefined ? prompts.page(before, limit) : prompts.ofAgent(agentId, before, limit);
}
