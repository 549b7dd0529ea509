import { useState } from 'preact/hooks';
import type { AgentOrder, AgentPage, AgentRow } from '../../../operator/views/agent-page.ts';
import { Answer } from '../parts/answer.tsx';
import { figure } from '../parts/amounts.ts';
import { credits } from '../shell/figures.ts';
import { allOr, ChoiceFilter, Filters, TextFilter } from '../parts/filters.tsx';
import { agentAddress, AgentLink } from '../parts/links.tsx';
import { loadChildren } from '../parts/load-children.ts';
import { Pager } from '../parts/pager.tsx';
import { Table, type Column, type Order } from '../parts/table.tsx';
import { Tree } from '../parts/tree.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';
import type { Place } from '../shell/router.ts';
import { AgentView } from './agent.tsx';

const ROWS = 100;
/** Ten thousand agents are sorted anew each time. */
const REST_MS = 5000;

const ORDERS: Readonly<Record<AgentOrder, string>> = {
  available: 'most credits',
  earned: 'most earned',
  executions: 'most executions',
  born: 'youngest',
  seen: 'seen last',
  id: 'name',
};

const COLUMNS: readonly Column<AgentRow>[] = [
  { title: 'agent', sort: 'id', cell: ({ id }) => <AgentLink id={id} /> },
  {
    title: 'status',
    cell: ({ status, stopped }) => <span class={`status ${status}`}>{stopped ? `${status}, stopped` : status}</span>,
  },
  { title: 'credits', sort: 'available', isNumber: true, cell: ({ available }) => credits(available) },
  { title: 'in bids', isNumber: true, isExtra: true, cell: ({ pending }) => credits(pending) },
  { title: 'earned', sort: 'earned', isNumber: true, cell: ({ earned }) => credits(earned) },
  { title: 'executions', sort: 'executions', isNumber: true, cell: ({ executions }) => figure(executions) },
  { title: 'parent', cell: ({ parent }) => (parent === null ? '–' : <AgentLink id={parent} />) },
  { title: 'children', isNumber: true, cell: ({ children }) => figure(children) },
  {
    title: 'born in cycle',
    sort: 'born',
    isNumber: true,
    isExtra: true,
    cell: ({ born_cycle: cycle }) => figure(cycle),
  },
  {
    title: 'seen in cycle',
    sort: 'seen',
    isNumber: true,
    isExtra: true,
    cell: ({ last_seen_cycle: cycle }) => figure(cycle),
  },
];

/** Who lives here and who has; one of them where the address names it. */
export function AgentsView({ place }: { readonly place: Place }) {
  const [id] = place.rest;
  return id === undefined ? <AgentList /> : <AgentView key={id} id={id} />;
}

/** As a table or as the tree of descent. */
function AgentList() {
  const [isTree, setTree] = useState(false);
  return (
    <div class="view">
      <div class="view-head">
        <h1 tabIndex={-1}>Agents</h1>
        <div class="choices" role="group" aria-label="show as">
          <button type="button" aria-pressed={!isTree} onClick={() => setTree(false)}>
            Table
          </button>
          <button type="button" aria-pressed={isTree} onClick={() => setTree(true)}>
            Lineage
          </button>
        </div>
      </div>
      {isTree ? <Tree title="Who descends from whom" load={loadChildren} linkOf={agentAddress} /> : <AgentTable />}
    </div>
  );
}

function AgentTable() {
  const [order, setOrder] = useState<Order>({ sort: 'available', isDescending: true });
  const [text, setText] = useState('');
  const [status, setStatus] = useState('');
  const [after, setAfter] = useState(0);
  const query = new URLSearchParams({ sort: order.sort, limit: String(ROWS), after: String(after) });
  query.set('order', order.isDescending ? 'descending' : 'ascending');
  if (text !== '') query.set('text', text);
  if (status !== '') query.set('status', status);
  const data = useRefreshed<AgentPage>(`/api/agents?${query.toString()}`, { restMs: REST_MS });
  const from = (change: () => void) => {
    change();
    setAfter(0);
  };
  return (
    <>
      <Filters>
        <TextFilter title="Name" value={text} onValue={(value) => from(() => setText(value))} isLive />
        <ChoiceFilter
          title="Status"
          value={status}
          onValue={(value) => from(() => setStatus(value))}
          choices={allOr(['alive', 'dormant', 'dead'])}
        />
        <ChoiceFilter
          title="First"
          value={order.sort}
          onValue={(sort) => from(() => setOrder({ sort, isDescending: sort !== 'id' }))}
          choices={Object.entries(ORDERS)}
        />
      </Filters>
      <Answer data={data}>
        {({ agents, count, next, complete }) => (
          <>
            {!complete && <p class="notice">Executions are still being counted.</p>}
            <Table
              title="Agents"
              columns={COLUMNS}
              rows={agents}
              keyOf={({ id }) => id}
              none="No agent is like that."
              order={order}
              onOrder={(chosen) => from(() => setOrder(chosen))}
            />
            <Pager
              shown={
                agents.length === 0
                  ? ''
                  : `${figure(after + 1)} to ${figure(after + agents.length)} of ${figure(count)}`
              }
              isFirst={after === 0}
              next={next}
              onNext={setAfter}
              onFirst={() => setAfter(0)}
            />
          </>
        )}
      </Answer>
    </>
  );
}
