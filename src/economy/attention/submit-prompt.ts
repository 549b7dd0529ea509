import { formatId } from '../../domain/ids.ts';
import { checkFileNames } from '../../domain/prompt-files.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkContent, checkText } from '../../domain/text.ts';
import type { HandedFile } from '../../store/prompt-files.ts';
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
  /** Names of files of its workspace that are handed over with it. */
  readonly files?: readonly string[] | undefined;
}

/**
 * Whether the caller may submit it, as far as that can be told without its files. What is wrong with the prompt itself is
 * said before a lack of attention, so that nobody buys attention for a prompt that would be refused.
 *
 * Refuses: `execution_ended`, what `checkContent` refuses of the content, `checkText` of the title, `readBidRequest` of
 * `next_bid`, `checkFileNames` of the files and `checkAnswerable` of the request, `prompt_already_submitted`,
 * `no_attention`.
 */
export function checkPrompt(deps: Economy, caller: Caller, draft: PromptDraft): Refusal | undefined {
  const { [STORE]: store, config } = deps;
  const execution = store.executions.get(caller.executionId);
  if (execution.state !== 'running') return refuse('execution_ended', 'the execution has ended');
  const invalid = checkDraft(draft, config.attention) ?? checkRequestOf(deps, draft);
  if (invalid) return invalid;
  if (store.prompts.ofExecution(execution.id))
    return refuse('prompt_already_submitted', `${formatId('execution', execution.id)} has submitted its prompt`);
  if (execution.bundle.attention === 0)
    return refuse('no_attention', 'bid for a bundle with attention 1; this execution bought none', { limit: 1 });
  return undefined;
}

/**
 * Shows something to the human, once per execution, paid for with the attention in its bundle. `contents`: of its files,
 * in their order; undefined where they were not read.
 * Refuses as `checkPrompt` does, and `files_unavailable`.
 */
export function submitPrompt(
  deps: Economy,
  caller: Caller,
  draft: PromptDraft,
  contents?: readonly Uint8Array[],
): Result<{ readonly promptId: number; readonly status: 'open' | 'queued' }> {
  const { [STORE]: store, clock, config } = deps;
  return store.transaction(() => {
    const refusal = checkPrompt(deps, caller, draft);
    if (refusal) return refusal;
    const files = handedFiles(draft.files ?? [], contents ?? []);
    if (!files) return refuse('files_unavailable', 'the files were not read; ask again', { field: 'files' });
    const execution = store.executions.get(caller.executionId);
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
    store.promptFiles.put(promptId, files);
    if (files.length > 0) store.promptFiles.keepWithin(config.history.files_mb * BYTES_PER_MB);
    fillSlot(deps);
    return accept({ promptId, status: store.prompts.openId() === promptId ? 'open' : 'queued' });
  });
}

const BYTES_PER_MB = 1_048_576;

/** Undefined where some of the contents are missing. */
function handedFiles(names: readonly string[], contents: readonly Uint8Array[]): readonly HandedFile[] | undefined {
  const files = names.flatMap((name, index) => {
    const content = contents[index];
    return content ? [{ name, content }] : [];
  });
  return files.length === names.length ? files : undefined;
}

function checkDraft(
  { content, title, nextBid, files = [] }: PromptDraft,
  limits: Economy['config']['attention'],
): Refusal | undefined {
  return (
    checkContent(content, 'content', limits.prompt_bytes_max) ??
    checkBlank(content) ??
    (title === undefined ? undefined : checkText(title, 'title', limits.title_chars_max)) ??
    (nextBid === undefined ? undefined : checkNextBid(nextBid)) ??
    checkFileNames(files, { filesMax: limits.files_max, nameCharsMax: limits.file_name_chars_max })
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
