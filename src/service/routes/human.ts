import { isRecord } from '../../domain/record.ts';
import { z } from 'zod';
import { formatId } from '../../domain/ids.ts';
import { accept } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { checkPrompt, submitPrompt, type PromptDraft } from '../../economy/attention/submit-prompt.ts';
import { promptsBefore, promptView } from '../../economy/views/prompt-view.ts';
import { openRequestsBefore, openRequestView } from '../../economy/views/request-view.ts';
import { PromptAnswer, PromptList, RequestList } from '../answers.ts';
import { pageFields, pageOf, readPage } from '../paging.ts';
import { PromptRequest } from '../requests.ts';
import { mapped } from '../result.ts';
import type { Snapshots } from '../snapshots.ts';
import { route, type RouteSpec } from '../route.ts';
import { snapshot } from '../../economy/snapshot.ts';

type SnapshotsOf = (executionId: number) => Snapshots | undefined;

export function humanRoutes(economy: Economy, snapshotsOf: SnapshotsOf): readonly RouteSpec[] {
  const listMax = economy.config.service.list_max;
  return [
    promptRoute(economy, snapshotsOf),
    route({
      method: 'GET',
      path: '/human/prompts',
      group: 'human',
      operation: 'listPrompts',
      summary: "The caller's prompts and how the human answered them, the newest first.",
      query: z.strictObject(pageFields('prompt', listMax)),
      status: 200,
      answer: PromptList,
      refusals: [],
      work: ({ caller, query }) =>
        snapshot(economy, () => {
          const { rows, nextBefore } = readPage(pageOf(query, listMax), 'prompt', (before, limit) =>
            promptsBefore(economy, before, limit, caller.agentId),
          );
          return accept({ prompts: rows.map(promptView), next_before: nextBefore });
        }),
    }),
    route({
      method: 'GET',
      path: '/human/requests',
      group: 'human',
      operation: 'listRequests',
      summary: "What the operator asks for: open requests, the newest first. A prompt's request_id answers one.",
      query: z.strictObject(pageFields('request', listMax)),
      status: 200,
      answer: RequestList,
      refusals: [],
      work: ({ query }) =>
        snapshot(economy, () => {
          const { rows, nextBefore } = readPage(pageOf(query, listMax), 'request', (before, limit) =>
            openRequestsBefore(economy, before, limit),
          );
          return accept({ requests: rows.map(openRequestView), next_before: nextBefore });
        }),
    }),
  ];
}

function promptRoute(economy: Economy, snapshotsOf: SnapshotsOf): RouteSpec {
  return route({
    method: 'POST',
    path: '/human/prompt',
    group: 'human',
    operation: 'submitPrompt',
    summary: 'Shows something to the human: once per execution, paid for with the attention in its bundle.',
    body: PromptRequest,
    status: 201,
    answer: PromptAnswer,
    refusals: [
      ...(['no_attention', 'prompt_already_submitted', 'request_not_found', 'request_closed'] as const),
      ...(['missing_resource', 'unknown_resource'] as const),
      ...(['invalid_path', 'too_many_files', 'file_not_found', 'file_refused', 'files_too_large'] as const),
      'files_unavailable',
    ],
    triesBid: (body) => isRecord(body) && body['next_bid'] !== undefined,
    gather: async ({ caller, body }) => {
      const draft = draftOf(body);
      const isWanted = () => checkPrompt(economy, caller, draft) === undefined;
      // What costs nothing comes first; the work says what is wrong.
      if (!draft.files?.length || !isWanted()) return accept(undefined);
      const { files_bytes_max: bytesMax } = economy.config.attention;
      return (await snapshotsOf(caller.executionId)?.take(draft.files, { bytesMax, isWanted })) ?? accept(undefined);
    },
    work: ({ caller, body }, contents) =>
      mapped(submitPrompt(economy, caller, draftOf(body), contents), ({ promptId, status }) => ({
        prompt_id: formatId('prompt', promptId),
        status,
      })),
  });
}

function draftOf(body: z.output<typeof PromptRequest>): PromptDraft {
  const { content, title, request_id: requestId, next_bid: nextBid, files } = body;
  return { content, title, requestId, nextBid, files };
}
