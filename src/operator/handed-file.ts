import { checkId } from '../domain/ids.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import { snapshot } from '../economy/snapshot.ts';
import { contentOfFile, findPrompt } from '../economy/views/prompt-view.ts';

/** A file that was handed over with a prompt. Both are the agent's own. */
export interface HandedContent {
  readonly name: string;
  readonly content: Uint8Array;
}

/** By its place among the prompt's files, from 0. Refuses: `invalid_id`, `prompt_not_found`, `file_not_found`. */
export function handedFile(economy: Economy, promptId: number, place: string): Result<HandedContent> {
  const wrong = checkId('prompt', promptId);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const prompt = findPrompt(economy, promptId);
    if (!prompt) return refuse('prompt_not_found', 'the id must be that of a prompt; bp-agents prompts lists them');
    const number = /^\d{1,4}$/u.test(place) ? Number(place) : -1;
    const name = prompt.files[number]?.name;
    const content = name === undefined ? undefined : contentOfFile(economy, promptId, number);
    if (name === undefined || !content) return refuse('file_not_found', 'this file is not kept any more, or never was');
    return accept({ name, content });
  });
}
