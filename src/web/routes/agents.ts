import type { AgentStatus } from '../../domain/agent.ts';
import type { Histories } from '../../operator/history/histories.ts';
import { agentOverTime } from '../../operator/views/agent-over-time.ts';
import { AGENT_ORDERS, agentPage } from '../../operator/views/agent-page.ts';
import { lineagePage } from '../../operator/views/lineage.ts';
import type { WebRoute } from '../route.ts';
import { numbersIn, textIn, wordIn } from './query.ts';

const ROWS = 100;
const STATUSES: readonly AgentStatus[] = ['alive', 'dormant', 'dead'];

/** Who lives here and has, who descends from whom, and what each came to. */
export function agentRoutes(histories: Histories): readonly WebRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/agents',
      handle: ({ query }, { home: { economy } }) => {
        const numbers = numbersIn(query, ['limit', 'after']);
        if (!numbers.ok) return numbers;
        const sort = wordIn(query, 'sort', AGENT_ORDERS);
        if (!sort.ok) return sort;
        const order = wordIn(query, 'order', ['ascending', 'descending']);
        if (!order.ok) return order;
        const status = wordIn(query, 'status', STATUSES);
        if (!status.ok) return status;
        const { limit = ROWS, after = 0 } = numbers.value;
        return agentPage(economy, histories, {
          ...{ limit, after, sort: sort.value ?? 'available', isDescending: order.value !== 'ascending' },
          ...{ status: status.value, text: textIn(query, 'text') },
        });
      },
    },
    {
      method: 'GET',
      path: '/api/agents/:id',
      handle: ({ params }, { home: { economy } }) => agentOverTime(economy, histories, { agent: params['id'] ?? '' }),
    },
    {
      method: 'GET',
      path: '/api/lineage',
      handle: ({ query }, { home: { economy } }) => {
        const numbers = numbersIn(query, ['limit', 'after']);
        if (!numbers.ok) return numbers;
        const { limit = ROWS, after } = numbers.value;
        return lineagePage(economy, { parent: textIn(query, 'parent'), limit, after });
      },
    },
  ];
}
