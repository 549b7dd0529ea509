import type { Histories } from '../../operator/history/histories.ts';
import { accept } from '../../domain/refusal.ts';
import { books } from '../../operator/views/books.ts';
import { marketSeries } from '../../operator/views/market-series.ts';
import type { WebRoute } from '../route.ts';
import { numbersIn } from './query.ts';

/** What attention and the rest cost, now and before, and what became of all credits. */
export function marketRoutes(histories: Histories): readonly WebRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/market',
      handle: ({ query }, { home: { economy } }) => {
        const span = numbersIn(query, ['from', 'to', 'last']);
        return span.ok ? marketSeries(economy, span.value) : span;
      },
    },
    { method: 'GET', path: '/api/books', handle: async (_call, { home }) => accept(await books(home, histories)) },
  ];
}
