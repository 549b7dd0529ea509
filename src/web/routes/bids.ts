import type { BidStatus } from '../../domain/bid.ts';
import { parseId } from '../../domain/ids.ts';
import { bidPage } from '../../operator/views/bid-page.ts';
import { bidExplainedInTurns } from '../../operator/views/one-bid.ts';
import type { WebRoute } from '../route.ts';
import { numberIn, numbersIn, textIn, wordIn } from './query.ts';

const ROWS = 50;
/** Each is cleared again. */
const CYCLES = 20;
const STATUSES: readonly BidStatus[] = ['pending', 'won', 'withdrawn', 'expired', 'voided'];

/** Bids, and why each won or lost. */
export const BID_ROUTES: readonly WebRoute[] = [
  {
    method: 'GET',
    path: '/api/bids',
    handle: ({ query }, { home: { economy } }) => {
      const numbers = numbersIn(query, ['limit', 'before']);
      if (!numbers.ok) return numbers;
      const status = wordIn(query, 'status', STATUSES);
      if (!status.ok) return status;
      const { limit = ROWS, before } = numbers.value;
      return bidPage(economy, { limit, before, agent: textIn(query, 'agent'), status: status.value });
    },
  },
  {
    method: 'GET',
    path: '/api/bids/:id',
    handle: ({ params, query }, { home: { economy } }) => {
      const id = parseId('bid', params['id'] ?? '');
      if (!id.ok) return id;
      const before = numberIn(query, 'before');
      return before.ok ? bidExplainedInTurns(economy, id.value, { limit: CYCLES, before: before.value }) : before;
    },
  },
];
