import { MARKS } from '../domain/attention.ts';
import { formatCredits } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import type { AnswerPlace, PromptEnding } from '../operator/answered-prompt.ts';

const PLACES: Readonly<Record<AnswerPlace, string>> = {
  terminal: 'here',
  page: 'on the page',
  elsewhere: 'by a command',
};

/** What became of a prompt that was answered somewhere else; undefined where nobody answered it. */
export function elsewhereText({ prompt, place }: PromptEnding): string | undefined {
  if (place === null) return undefined;
  const { agentId, scores, reason, reward } = prompt;
  const id = formatId('prompt', prompt.id);
  if (scores === null) return `${id} was skipped ${PLACES[place]}: nothing to ${agentId}`;
  const marks = MARKS.map((mark) => scores[mark]).join(' ');
  const why = reason === null ? '' : ` (“${reason}”)`;
  return `${id} was marked ${marks} ${PLACES[place]}${why}: +${formatCredits(reward)} to ${agentId}`;
}
