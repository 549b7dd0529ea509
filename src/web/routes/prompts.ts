import { MARKS, type Scores } from '../../domain/attention.ts';
import { parseId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { answeredLine, type AnsweredPrompt } from '../../operator/answered-prompt.ts';
import { handedFile } from '../../operator/handed-file.ts';
import { endedPage, waitingPage } from '../../operator/views/prompt-page.ts';
import { wholePrompt } from '../../operator/views/whole-prompt.ts';
import { answeredView } from '../../operator/views/answered-view.ts';
import { Content, type WebRoute } from '../route.ts';
import { numberBefore } from './paging.ts';

const ROWS = 30;

/** What agents show the human, and the human's answers. */
export const PROMPT_ROUTES: readonly WebRoute[] = [
  {
    method: 'GET',
    path: '/api/prompts',
    handle: ({ query }, { home: { economy } }) => {
      if (query['state'] === 'waiting') return accept({ prompts: waitingPage(economy), before: null });
      if (query['state'] !== 'ended')
        return refuse('invalid_value', 'state must be waiting or ended', { field: 'state' });
      const before = numberBefore('prompt', query);
      return before.ok ? endedPage(economy, { before: before.value, limit: ROWS }) : before;
    },
  },
  {
    method: 'GET',
    path: '/api/prompts/:id',
    handle: ({ params }, { home: { economy }, prompts }) => {
      const id = parseId('prompt', params['id'] ?? '');
      const prompt = id.ok ? wholePrompt(economy, id.value) : id;
      if (!prompt.ok || !id.ok) return prompt;
      return accept({ ...prompt.value, answered_at_place: prompts.ending(id.value)?.place ?? null });
    },
  },
  {
    method: 'GET',
    path: '/api/prompts/:id/files/:number',
    handle: ({ params }, { home: { economy } }) => {
      const id = parseId('prompt', params['id'] ?? '');
      if (!id.ok) return id;
      const file = handedFile(economy, id.value, params['number'] ?? '');
      return file.ok ? accept(new Content(Buffer.from(file.value.content), { fileName: file.value.name })) : file;
    },
  },
  {
    method: 'POST',
    path: '/api/prompts/:id/score',
    isAlsoAtRest: true,
    handle: async ({ params, body }, { prompts }) => {
      const id = parseId('prompt', params['id'] ?? '');
      if (!id.ok) return id;
      // What the body holds is looked at where marks are given.
      const scores = Object.fromEntries(MARKS.map((mark) => [mark, body[mark]])) as unknown as Scores;
      const reason = (body['reason'] ?? null) as string | null;
      return answered(await prompts.score(id.value, scores, reason, 'page'));
    },
  },
  {
    method: 'POST',
    path: '/api/prompts/:id/skip',
    isAlsoAtRest: true,
    handle: async ({ params }, { prompts }) => {
      const id = parseId('prompt', params['id'] ?? '');
      return id.ok ? answered(await prompts.skip(id.value, 'page')) : id;
    },
  },
  {
    method: 'POST',
    path: '/api/prompts/:id/attention',
    isAlsoAtRest: true,
    handle: async ({ params, body }, { prompts }) => {
      const id = parseId('prompt', params['id'] ?? '');
      if (!id.ok) return id;
      const { sign } = body;
      if (sign === 'shown') await prompts.shown(id.value);
      else if (sign === 'acted') await prompts.acted(id.value);
      else return refuse('invalid_value', 'sign must be shown or acted', { field: 'sign' });
      return accept({});
    },
  },
  {
    method: 'POST',
    path: '/api/present',
    isAlsoAtRest: true,
    handle: async (_call, { prompts }) => {
      await prompts.welcome();
      return accept({});
    },
  },
];

function answered(result: Result<AnsweredPrompt>): Result<unknown> {
  return result.ok ? accept({ ...answeredView(result.value), said: answeredLine(result.value) }) : result;
}
