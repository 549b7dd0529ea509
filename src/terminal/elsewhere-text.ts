import { MARKS } from '../domain/attention.ts';
import { formatId } from '../domain/ids.ts';
import { answeredLine, type AnsweredPrompt, type AnswerPlace, type PromptEnding } from '../operator/answered-prompt.ts';

const PLACES: Readonly<Record<AnswerPlace, string>> = {
  terminal: 'here',
  page: 'on the page',
  elsewhere: 'by a command',
};

/** What became of a prompt that was answered somewhere else, and what that did; undefined where nobody answered it. */
export function elsewhereText({ prompt, place }: PromptEnding, answered: AnsweredPrompt): string | undefined {
  if (place === null) return undefined;
  const { scores, reason } = prompt;
  const id = formatId('prompt', prompt.id);
  if (scores === null) return `${id} was skipped ${PLACES[place]}: ${answeredLine(answered)}`;
  const marks = MARKS.map((mark) => scores[mark]).join(' ');
  const why = reason === null ? '' : ` (“${reason}”)`;
  return `${id} was marked ${marks} ${PLACES[place]}${why}: ${answeredLine(answered)}`;
}
