import type { AnswerPlace } from '../../../operator/answered-prompt.ts';
import type { WholePrompt } from '../../../operator/views/whole-prompt.ts';

/** One prompt as the server tells it. */
export type ShownPrompt = WholePrompt & { readonly answered_at_place: AnswerPlace | null };

const PLACES = { terminal: 'at the terminal', page: 'on this page', elsewhere: 'by another command' } as const;

/** `skipped at the terminal`, for people. */
export function endingOf({ status, answered_at_place: place }: ShownPrompt): string {
  switch (status) {
    case 'scored':
      return `marked ${PLACES[place ?? 'elsewhere']}`;
    case 'skipped':
      return `skipped ${PLACES[place ?? 'elsewhere']}`;
    case 'expired':
      return 'expired: nobody marked it in time';
    case 'open':
      return 'waits for your marks';
    case 'queued':
      return 'waits for its turn';
  }
}
