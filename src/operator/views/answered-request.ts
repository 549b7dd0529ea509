import type { Prompt } from '../../domain/attention.ts';
import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../../economy/economy.ts';
import { findRequest } from '../../economy/views/request-view.ts';

/** The operator's own wish that a prompt answers; its text is empty where it was purged. */
export interface AnsweredRequest {
  readonly id: string;
  readonly text: string;
}

/** Undefined where the prompt names none. */
export function answeredRequest(
  economy: Economy,
  { requestId }: Pick<Prompt, 'requestId'>,
): AnsweredRequest | undefined {
  const request = requestId === null ? undefined : findRequest(economy, requestId);
  return request && { id: formatId('request', request.id), text: request.text };
}
