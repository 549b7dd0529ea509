import { z } from 'zod';
import { toCredits } from '../../domain/credits.ts';
import { accept } from '../../domain/refusal.ts';
import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../../economy/economy.ts';
import { transferCredits } from '../../economy/money/transfer-credits.ts';
import { balanceView, transfersBefore, transferView } from '../../economy/views/balance-view.ts';
import { Balance, History, TransferAnswer } from '../answers.ts';
import { pageFields, pageOf, readPage } from '../paging.ts';
import { TransferRequest } from '../requests.ts';
import { mapped } from '../result.ts';
import { route, type RouteSpec } from '../route.ts';
import { snapshot } from '../../economy/snapshot.ts';

export function economicRoutes(economy: Economy): readonly RouteSpec[] {
  const { config } = economy;
  const listMax = config.service.list_max;
  return [
    route({
      method: 'GET',
      path: '/economic/balance',
      group: 'economic',
      operation: 'getBalance',
      summary: 'What the caller has, and what of it is held.',
      status: 200,
      answer: Balance,
      refusals: [],
      work: ({ caller }) => accept(snapshot(economy, () => balanceView(economy, caller.agentId))),
    }),
    route({
      method: 'GET',
      path: '/economic/history',
      group: 'economic',
      operation: 'getHistory',
      summary: "The caller's own transfers, the newest first.",
      query: z.strictObject(pageFields('transfer', listMax)),
      status: 200,
      answer: History,
      refusals: [],
      work: ({ caller, query }) =>
        snapshot(economy, () => {
          const { rows, nextBefore } = readPage(pageOf(query, listMax), 'transfer', (before, limit) =>
            transfersBefore(economy, before, limit, { accountId: caller.agentId }),
          );
          return accept({ transfers: rows.map(transferView), next_before: nextBefore });
        }),
    }),
    route({
      method: 'POST',
      path: '/economic/transfer',
      group: 'economic',
      operation: 'transferCredits',
      summary: 'Pays another agent, at once and for good.',
      body: TransferRequest,
      status: 200,
      answer: TransferAnswer,
      refusals: [
        ...(['accounts_must_be_different', 'agent_not_found', 'agent_dead', 'agent_stopped'] as const),
        ...(['insufficient_credits', 'balance_too_large'] as const),
      ],
      work: ({ caller, body }) =>
        mapped(transferCredits(economy, caller.agentId, body), ({ transferId, available }) => ({
          transfer_id: formatId('transfer', transferId),
          available: toCredits(available),
        })),
    }),
  ];
}
