import { z } from 'zod';
import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { accept, refuse } from '../../domain/refusal.ts';
import { toShare } from '../../domain/royalty.ts';
import type { TemplateShelf } from '../../domain/template.ts';
import type { Economy } from '../../economy/economy.ts';
import { sendMessage } from '../../economy/agents/send-message.ts';
import { spawnAgent } from '../../economy/agents/spawn-agent.ts';
import { agentsAfter, directoryView, findAgent } from '../../economy/views/agent-view.ts';
import { inboxBefore, messageView } from '../../economy/views/message-view.ts';
import { Directory, Inbox, MessageAnswer, SpawnAnswer } from '../answers.ts';
import { limitField, pageFields, pageOf, readPage } from '../paging.ts';
import { MessageRequest, SpawnRequest } from '../requests.ts';
import { mapped } from '../result.ts';
import { route, type RouteSpec } from '../route.ts';
import { agentId } from '../schema.ts';
import { snapshot } from '../../economy/snapshot.ts';

export function socialRoutes(economy: Economy, templates: TemplateShelf): readonly RouteSpec[] {
  return [messageRoute(economy), inboxRoute(economy), spawnRoute(economy, templates), directoryRoute(economy)];
}

function messageRoute(economy: Economy): RouteSpec {
  return route({
    method: 'POST',
    path: '/social/message',
    group: 'social',
    operation: 'sendMessage',
    summary: "Puts a message into another agent's inbox; the sender pays the fee.",
    body: MessageRequest,
    status: 201,
    answer: MessageAnswer,
    refusals: [
      ...(['agent_not_found', 'agent_dead', 'agent_stopped', 'agents_must_be_different'] as const),
      ...(['inbox_full', 'insufficient_credits'] as const),
    ],
    work: ({ caller, body }) =>
      mapped(sendMessage(economy, caller.agentId, body), ({ messageId, fee, available }) => ({
        message_id: formatId('message', messageId),
        fee: toCredits(fee),
        available: toCredits(available),
      })),
  });
}

function inboxRoute(economy: Economy): RouteSpec {
  const { config } = economy;
  const listMax = config.service.list_max;
  return route({
    method: 'GET',
    path: '/social/inbox',
    group: 'social',
    operation: 'listInbox',
    summary: 'Messages to the caller, read or not, the newest first.',
    query: z.strictObject(pageFields('message', listMax)),
    status: 200,
    answer: Inbox,
    refusals: [],
    work: ({ caller, query }) =>
      snapshot(economy, () => {
        const { rows, nextBefore } = readPage(pageOf(query, listMax), 'message', (before, limit) =>
          inboxBefore(economy, caller.agentId, before, limit),
        );
        return accept({ messages: rows.map(messageView), next_before: nextBefore });
      }),
  });
}

function spawnRoute(economy: Economy, templates: TemplateShelf): RouteSpec {
  const { service, economy: rules } = economy.config;
  return route({
    method: 'POST',
    path: '/social/spawn',
    group: 'social',
    operation: 'spawnAgent',
    summary: 'Makes a child with files and a first bid; the parent pays the fee and the endowment. All or nothing.',
    body: SpawnRequest,
    // Base64 makes four bytes of three.
    bodyBytesMax: Math.ceil((rules.spawn.files_bytes_max * 4) / 3) + service.body_bytes_max,
    status: 201,
    answer: SpawnAnswer,
    refusals: [
      ...([
        'agent_exists',
        'template_not_found',
        'template_not_ready',
        'endowment_too_small',
        'insufficient_credits',
        'invalid_path',
        'too_many_files',
      ] as const),
      ...(['files_too_large', 'entry_point_missing', 'missing_resource', 'unknown_resource', 'no_supply'] as const),
      ...(['bundle_exceeds_supply', 'earliest_cycle_too_far', 'below_reserve', 'payload_too_large'] as const),
    ],
    work: ({ caller, body }) => {
      const { id, initial_credits: initialCredits, first_bid: firstBid, royalty, files = [] } = body;
      if (body.files === undefined && body.template === undefined)
        return refuse('missing_field', 'files is required where template is absent', { field: 'files' });
      const template = body.template === undefined ? undefined : templates.find(body.template);
      if (!template && body.template !== undefined)
        return refuse('template_not_found', `template must be one of ${templates.names.join(', ')}`, {
          field: 'template',
        });
      const order = { id, initialCredits, firstBid, royaltyPpm: royalty, files, template };
      return mapped(spawnAgent(economy, caller.agentId, order), (child) => ({
        agent_id: child.agentId,
        fee: toCredits(child.fee),
        bid_id: formatId('bid', child.bidId),
        royalty: toShare(child.owedPpm),
        available: toCredits(child.available),
      }));
    },
  });
}

function directoryRoute(economy: Economy): RouteSpec {
  const { config } = economy;
  const listMax = config.service.list_max;
  return route({
    method: 'GET',
    path: '/social/agents',
    group: 'social',
    operation: 'listAgents',
    summary: 'All agents that ever were, the oldest first.',
    query: z.strictObject({
      limit: limitField(listMax),
      after: agentId('after', 'Only younger ones than this: next_after of the page before.').optional(),
    }),
    status: 200,
    answer: Directory,
    refusals: ['agent_not_found'],
    work: ({ query }) =>
      snapshot(economy, () => {
        const after = query.after === undefined ? 0 : findAgent(economy, query.after)?.number;
        if (after === undefined)
          return refuse('agent_not_found', 'after must be the id of an agent', { field: 'after' });
        const { limit } = pageOf({ limit: query.limit }, listMax);
        const found = agentsAfter(economy, after, limit + 1);
        const agents = found.slice(0, limit);
        return accept({
          agents: agents.map((agent) => directoryView(economy, agent)),
          next_after: found.length > limit ? (agents.at(-1)?.id ?? null) : null,
        });
      }),
  });
}
