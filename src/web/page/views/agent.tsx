import type { AgentOverTime } from '../../../operator/views/agent-over-time.ts';
import { AgentCharts } from '../parts/agent-charts.tsx';
import { Answer } from '../parts/answer.tsx';
import { BidTable, ExecutionTable } from '../parts/row-tables.tsx';
import { Facts } from '../parts/facts.tsx';
import { figure } from '../parts/amounts.ts';
import { credits } from '../shell/figures.ts';
import { agentAddress, AgentLink, ExecutionLink } from '../parts/links.tsx';
import { loadChildren } from '../parts/load-children.ts';
import { SaidOr } from '../parts/said-or.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { Tree } from '../parts/tree.tsx';
import { href } from '../shell/router.ts';
import { useRefreshed } from '../parts/use-refreshed.ts';

/** How long a line of descent is shown. */
const ANCESTORS_MAX = 12;

/** One agent: what it is, what it came to over time, and the last of what it did. */
export function AgentView({ id }: { readonly id: string }) {
  const data = useRefreshed<AgentOverTime>(`/api/agents/${encodeURIComponent(id)}`, { restMs: 2000 });
  return (
    <div class="view">
      <h1 tabIndex={-1}>{id}</h1>
      <Answer data={data}>{(value) => <Shown {...value} />}</Answer>
    </div>
  );
}

function Shown({ agent, ancestors, series, complete }: AgentOverTime) {
  return (
    <>
      <Ancestors ids={ancestors} />
      {!complete && <p class="notice">Older records are still being read: sums and lines end before today.</p>}
      <Facts
        facts={[
          [
            'status',
            <span class={`status ${agent.status}`}>{agent.stopped ? `${agent.status}, stopped` : agent.status}</span>,
          ],
          ['credits', credits(agent.available)],
          ['in bids', credits(agent.pending)],
          ['earned', credits(agent.earned)],
          ['paid', credits(agent.paid)],
          ['owes', agent.royalty_to === null ? undefined : `${agent.royalty} of its rewards to ${agent.royalty_to}`],
          ['royalties', agent.royalties_received === 0 ? undefined : credits(agent.royalties_received)],
          ['executions', figure(agent.executions)],
          ['CPU seconds used', figure(agent.used_cpu_seconds)],
          ['tokens used', figure(agent.used_tokens)],
          ['children', figure(agent.children)],
          ['born', <Time at={agent.born_at} />],
          ['template', agent.template ?? undefined],
          ['waits', agent.waits_for_lot ? 'to be drawn by lot: it can’t pay for attention' : undefined],
          ['standing order', agent.standing_order === null ? undefined : orderText(agent.standing_order)],
          ['life', agent.life > 1 ? figure(agent.life) : undefined],
        ]}
      />
      <AgentCharts series={series} />
      <h2>Executions</h2>
      <ExecutionTable rows={agent.last_executions.toReversed()} isOfOne />
      <p>
        <a href={`#/executions?agent=${encodeURIComponent(agent.id)}`}>all of its executions</a>
      </p>
      <h2>Prompts</h2>
      <Prompts agent={agent} />
      <h2>Bids</h2>
      <BidTable rows={agent.last_bids.toReversed()} isOfOne />
      <p>
        <a href={`#/bids?agent=${encodeURIComponent(agent.id)}`}>all of its bids</a>
      </p>
      {agent.children > 0 && (
        <>
          <h2>Children</h2>
          <Tree title={`Descendants of ${agent.id}`} root={agent.id} load={loadChildren} linkOf={agentAddress} />
        </>
      )}
    </>
  );
}

function orderText(order: NonNullable<AgentOverTime['agent']['standing_order']>): string {
  const { id, until_cycle: until, paid_today: paid, credits_per_day: most, waits } = order;
  return `${id}${waits ? ', waits' : ''}, until cycle ${figure(until)}, ${credits(paid)} of ${credits(most)} today`;
}

function Ancestors({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <p class="small">
      descends from{' '}
      {ids.slice(0, ANCESTORS_MAX).map((ancestor, index) => (
        <span key={ancestor}>
          {index > 0 && ' ← '}
          <AgentLink id={ancestor} />
        </span>
      ))}
      {ids.length > ANCESTORS_MAX && ` and ${ids.length - ANCESTORS_MAX} more`}
    </p>
  );
}

function Prompts({ agent }: Pick<AgentOverTime, 'agent'>) {
  return (
    <Table
      title={`Prompts of ${agent.id}`}
      rows={agent.last_prompts.toReversed()}
      keyOf={(prompt) => prompt.id}
      none="It has shown nothing yet."
      columns={[
        { title: 'prompt', cell: ({ id }) => <a href={href('inbox', id)}>{id}</a> },
        { title: 'title', isWords: true, cell: ({ title }) => <SaidOr text={title} none="without a title" /> },
        { title: 'status', cell: ({ status }) => status },
        {
          title: 'marks',
          cell: ({ scores }) =>
            scores === null ? '–' : `${scores.interesting} · ${scores.useful} · ${scores.understandable}`,
        },
        { title: 'reason', isWords: true, isExtra: true, cell: ({ reason }) => <SaidOr text={reason} /> },
        { title: 'reward', isNumber: true, cell: ({ reward }) => credits(reward) },
        { title: 'shown by', isExtra: true, cell: ({ execution_id: execution }) => <ExecutionLink id={execution} /> },
      ]}
    />
  );
}
