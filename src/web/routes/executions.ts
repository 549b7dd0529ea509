import { OUTCOMES } from '../../domain/execution.ts';
import { parseId } from '../../domain/ids.ts';
import { executionPage } from '../../operator/views/execution-page.ts';
import { outputPiece } from '../../operator/views/output-piece.ts';
import { wholeExecution } from '../../operator/views/whole-execution.ts';
import type { WebRoute } from '../route.ts';
import { numberIn, numbersIn, textIn, wordIn } from './query.ts';

const ROWS = 50;

/** The runs of agents: what they bought, used, paid, called and printed. */
export const EXECUTION_ROUTES: readonly WebRoute[] = [
  {
    method: 'GET',
    path: '/api/executions',
    handle: ({ query }, { home: { economy } }) => {
      const numbers = numbersIn(query, ['limit', 'before']);
      if (!numbers.ok) return numbers;
      const outcome = wordIn(query, 'outcome', OUTCOMES);
      if (!outcome.ok) return outcome;
      const { limit = ROWS, before } = numbers.value;
      return executionPage(economy, { limit, before, agent: textIn(query, 'agent'), outcome: outcome.value });
    },
  },
  {
    method: 'GET',
    path: '/api/executions/:id',
    handle: ({ params }, { home: { economy } }) => {
      const id = parseId('execution', params['id'] ?? '');
      return id.ok ? wholeExecution(economy, id.value) : id;
    },
  },
  {
    method: 'GET',
    path: '/api/executions/:id/output',
    handle: ({ params, query }, { home }) => {
      const id = parseId('execution', params['id'] ?? '');
      if (!id.ok) return id;
      const from = numberIn(query, 'from');
      return from.ok ? outputPiece(home, id.value, from.value) : from;
    },
  },
];
