import { formatId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkContent, checkText } from '../../domain/text.ts';
import { readBidRequest } from '../market/bid-request.ts';
import type { Economy } from '../economy.ts';
import { checkAnswerable } from '../requests/close-request.ts';
import type { Caller } from '../executions/caller.ts';
import { fillSlot } from './prompt-slot.ts';
import { STORE } from '../internal/store-key.ts';

export interface PromptDraft {
  readonly content: string;
  readonly title?: string | undefined;
  /** The bid to be placed when the prompt ends, as the agent wrote it. */
  readonly nextBid?: unknown;
  /** The operator's request that it answers. */
  readonly requestId?: number | undefined;
}

/**
 * Shows something to the human, once per execution, paid for with the attention in its bundle. What is wrong with the
 * prompt itself is said first: who buys attention for it should not learn of it only then.
 * Refuses: `execution_ended`, what `checkContent` refuses of the content, `checkText` of the title and `readBidRequest`
 * of `next_bid`, `checkAnswerable` of the request, `prompt_already_submitted`, `no_attention`.
 */
export function submitPrompt(
  deps: Economy,
  caller: Caller,
  draft: PromptDraft,
): Result<{ readonly promptId: number; readonly status: 'open' | 'queued' }> {
  const { [STORE]: store, clock, config } = deps;
  return store.transaction(() => {
    const execution = store.executions.get(caller.executionId);
    if (execution.state !== 'running') return refuse('execution_ended', 'the execution has ended');
    const invalid = checkDraft(draft, config.attention) ?? checkRequestOf(deps, draft);
    if (invalid) return invalid;
    if (store.prompts.ofExecution(execution.id))
      return refuse('prompt_already_submitted', `${formatId('execution', execution.id)} has submitted its prompt`);
    if (execution.bundle.attention === 0)
      return refuse('no_attention', 'bid for a bundle with attention 1; this execution bought none', { limit: 1 });
    const promptId = store.prompts.insert({
      executionId: execution.id,
      agentId: execution.agentId,
      payerId: execution.payerId,
      title: draft.title ?? null,
      content: draft.content,
      nextBid: draft.nextBid === undefined ? null : JSON.stringify(draft.nextBid),
      requestId: draft.requestId ?? null,
      submittedAt: clock.now(),
    });
    fillSlot(deps);
    return accept({ promptId, status: store.prompts.open()?.id === promptId ? 'open' : 'queued' });
  });
}

function checkDraft(
  { content, title, nextBid }: PromptDraft,
  limits: { readonly prompt_bytes_max: number; readonly title_chars_max: number },
): Refusal | undefined {
  return (
    checkContent(content, 'content', limits.prompt_bytes_max) ??
    checkBlank(content) ??
    (title === undefined ? undefined : checkText(title, 'title', limits.title_chars_max)) ??
    (nextBid === undefined ? undefined : checkNextBid(nextBid))
  );
}

function checkRequestOf(deps: Economy, { requestId }: PromptDraft): Refusal | undefined {
  return requestId === undefined ? undefined : checkAnswerable(deps, requestId);
}

/** The bid itself is read again when it is placed; whether the market takes it is known only then. */
function checkNextBid(nextBid: unknown): Refusal | undefined {
  const read = readBidRequest(nextBid, { field: 'next_bid', mayBeForAnother: false });
  return read.ok ? undefined : read;
}

/** The human's attention is not for nothing. */
function checkBlank(content: string): Refusal | undefined {
  return content.trim() === '' ? refuse('empty', 'content must not be empty', { field: 'content' }) : undefined;
}
