import { isRecord } from '../../domain/record.ts';
import { z } from 'zod';
import { toCredits } from '../../domain/credits.ts';
import { formatId, parseId } from '../../domain/ids.ts';
import { accept, refuse } from '../../domain/refusal.ts';
import { ownWeight } from '../../economy/attention/attention-weights.ts';
import type { Economy } from '../../economy/economy.ts';
import { placeBid } from '../../economy/market/place-bid.ts';
import { spawnFee } from '../../economy/agents/spawn-agent.ts';
import { bidsBefore, bidView } from '../../economy/views/bid-view.ts';
import { marketStateView } from '../../economy/views/market-view.ts';
import { withdrawBid } from '../../economy/market/withdraw-bid.ts';
import { adviceView } from '../../economy/views/advice-view.ts';
import { Advice, AdviceQuery } from '../advice.ts';
import { BID_STATUSES, BidAnswer, BidList, MarketState, WithdrawnBid } from '../answers.ts';
import { pageFields, pageOf, readPage } from '../paging.ts';
import { BidRequest } from '../requests.ts';
import { mapped } from '../result.ts';
import { route, type RouteSpec } from '../route.ts';
import { readBy, readText } from '../schema.ts';
import { snapshot } from '../../economy/snapshot.ts';

export function marketRoutes(economy: Economy): readonly RouteSpec[] {
  return [stateRoute(economy), adviceRoute(economy), bidRoute(economy), bidsRoute(economy), withdrawRoute(economy)];
}

function stateRoute(economy: Economy): RouteSpec {
  return route({
    method: 'GET',
    path: '/market/state',
    group: 'market',
    operation: 'getMarketState',
    summary: 'Prices, supply, what is free, fees, and the last clearings.',
    status: 200,
    answer: MarketState,
    refusals: [],
    work: ({ caller }) =>
      snapshot(economy, () =>
        accept({
          ...marketStateView(economy),
          spawn_fee: toCredits(spawnFee(economy, caller.agentId)),
          attention_weight: ownWeight(economy, caller.agentId),
        }),
      ),
  });
}

function adviceRoute(economy: Economy): RouteSpec {
  return route({
    method: 'GET',
    path: '/market/advice',
    group: 'market',
    operation: 'getAdvice',
    summary: "What the caller's own receipts and bids, and public prices, advise it to bid.",
    query: AdviceQuery,
    status: 200,
    answer: Advice,
    refusals: [],
    work: ({ caller, query }) => snapshot(economy, () => accept(adviceView(economy, caller.agentId, query))),
  });
}

function bidRoute(economy: Economy): RouteSpec {
  return route({
    method: 'POST',
    path: '/market/bid',
    group: 'market',
    operation: 'placeBid',
    summary: 'Offers credits for one execution with one bundle, and holds them.',
    body: BidRequest,
    status: 201,
    answer: BidAnswer,
    refusals: [
      ...(['agent_not_found', 'agent_dead', 'agent_stopped', 'payload_too_large', 'no_supply'] as const),
      ...(['bundle_exceeds_supply', 'earliest_cycle_too_far', 'below_reserve', 'too_small', 'too_many_bids'] as const),
      'insufficient_credits',
    ],
    triesBid: (body) => !isRecord(body) || body['for_agent_id'] === undefined,
    work: ({ caller, body }) =>
      mapped(placeBid(economy, caller.agentId, body.bid), ({ bidId, reserve, available }) => ({
        bid_id: formatId('bid', bidId),
        status: 'pending',
        reserve: toCredits(reserve),
        available: toCredits(available),
      })),
  });
}

function bidsRoute(economy: Economy): RouteSpec {
  const { config } = economy;
  const listMax = config.service.list_max;
  const status = readBy('status', z.enum(BID_STATUSES).describe('Only bids with this one.'), (value, field) => {
    const text = readText(value, field);
    if (!text.ok) return text;
    const known = BID_STATUSES.find((name) => name === text.value);
    if (known) return accept(known);
    return refuse('invalid_value', `${field} must be one of ${BID_STATUSES.join(', ')}`, { field });
  }).optional();
  return route({
    method: 'GET',
    path: '/market/bids',
    group: 'market',
    operation: 'listBids',
    summary: 'The bids that the caller pays or that are for it, the newest first.',
    query: z.strictObject({ ...pageFields('bid', listMax), status }),
    status: 200,
    answer: BidList,
    refusals: [],
    work: ({ caller, query }) =>
      snapshot(economy, () => {
        const { rows, nextBefore } = readPage(pageOf(query, listMax), 'bid', (before, limit) =>
          bidsBefore(economy, before, limit, { agentId: caller.agentId, status: query.status }),
        );
        return accept({ bids: rows.map(bidView), next_before: nextBefore });
      }),
  });
}

function withdrawRoute(economy: Economy): RouteSpec {
  const id = readBy('id', z.string().describe('The bid, such as bid_17.'), (value, field) => {
    const text = readText(value, field);
    if (!text.ok) return text;
    const bidId = parseId('bid', text.value);
    return bidId.ok ? bidId : { ...bidId, field };
  });
  return route({
    method: 'DELETE',
    path: '/market/bid/{id}',
    group: 'market',
    operation: 'withdrawBid',
    summary: 'Takes back a pending bid that the caller pays, releases its credits, and ends its standing order.',
    params: z.strictObject({ id }),
    status: 200,
    answer: WithdrawnBid,
    refusals: ['bid_not_found', 'bid_not_pending'],
    work: ({ caller, params }) =>
      mapped(withdrawBid(economy, caller.agentId, params.id), ({ bidId, available }) => ({
        bid_id: formatId('bid', bidId),
        status: 'withdrawn',
        available: toCredits(available),
      })),
  });
}
