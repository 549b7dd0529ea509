import type { BidView } from '../../../operator/views/bid-list.ts';
import type { ExecutionView } from '../../../operator/views/execution-list.ts';
import { creditsOr, figure } from './amounts.ts';
import { credits } from '../shell/figures.ts';
import { AgentLink, BidLink, ExecutionLink } from './links.tsx';
import { SaidOr } from './said-or.tsx';
import { Table, type Column } from './table.tsx';
import { durationText, Time } from './time.tsx';

/** Of one agent, its name is left out. */
interface RowsOf<Row> {
  readonly rows: readonly Row[];
  readonly isOfOne?: boolean;
}

const EXECUTION: readonly Column<ExecutionView>[] = [
  { title: 'execution', cell: ({ id }) => <ExecutionLink id={id} /> },
  { title: 'agent', cell: ({ agent_id: agent }) => <AgentLink id={agent} /> },
  { title: 'ended', cell: ({ ended_at: at }) => <Time at={at} /> },
  {
    title: 'outcome',
    cell: ({ outcome, state }) => <span class={`outcome ${outcome ?? state}`}>{outcome ?? state}</span>,
  },
  { title: 'paid', isNumber: true, cell: ({ price_paid: paid }) => credits(paid) },
  {
    title: 'CPU s',
    isNumber: true,
    cell: ({ used, bought }) => `${figure(used.cpu_seconds)} of ${figure(bought.cpu_seconds)}`,
  },
  {
    title: 'MB',
    isNumber: true,
    isExtra: true,
    cell: ({ used, bought }) => `${figure(used.memory_mb_peak, 0)} of ${figure(bought.memory_mb)}`,
  },
  {
    title: 'tokens',
    isNumber: true,
    isExtra: true,
    cell: ({ used, bought }) => `${figure(used.tokens)} of ${figure(bought.tokens)}`,
  },
  { title: 'took', isNumber: true, isExtra: true, cell: ({ used }) => durationText(used.wall_seconds) },
  {
    isWords: true,
    title: 'detail',
    cell: ({ outcome, detail }) => (outcome === 'completed' ? '' : <SaidOr text={detail} />),
  },
];

/** Runs of agents. */
export function ExecutionTable({ rows, isOfOne = false }: RowsOf<ExecutionView>) {
  return (
    <Table
      title="Executions"
      columns={isOfOne ? EXECUTION.filter(({ title }) => title !== 'agent') : EXECUTION}
      rows={rows}
      keyOf={({ id }) => id}
      none="No execution."
    />
  );
}

const BID: readonly Column<BidView>[] = [
  { title: 'bid', cell: ({ id }) => <BidLink id={id} /> },
  { title: 'agent', cell: ({ agent_id: agent }) => <AgentLink id={agent} /> },
  { title: 'placed', cell: ({ placed_at: at }) => <Time at={at} /> },
  { title: 'status', cell: ({ status }) => <span class={`bid-status ${status}`}>{status}</span> },
  { title: 'amount', isNumber: true, cell: ({ amount }) => credits(amount) },
  { title: 'paid', isNumber: true, cell: ({ price_paid: paid }) => creditsOr(paid) },
  { title: 'bundle', isExtra: true, cell: ({ bundle }) => bundleText(bundle) },
  { title: 'order', isExtra: true, cell: ({ standing_order: order }) => order !== null && <BidLink id={order} /> },
  { title: 'last', cell: ({ last_reason: reason }) => reason ?? '' },
];

/** Bids and what became of them. */
export function BidTable({ rows, isOfOne = false }: RowsOf<BidView>) {
  return (
    <Table
      title="Bids"
      columns={isOfOne ? BID.filter(({ title }) => title !== 'agent') : BID}
      rows={rows}
      keyOf={({ id }) => id}
      none="No bid."
    />
  );
}

/** `1 CPU s, 64 MB, attention`. */
export function bundleText({ cpu_seconds: cpu, memory_mb: memory, tokens, attention }: BidView['bundle']): string {
  return [
    `${figure(cpu)} CPU s`,
    `${figure(memory)} MB`,
    ...(tokens > 0 ? [`${figure(tokens)} tokens`] : []),
    ...(attention > 0 ? ['attention'] : []),
  ].join(', ');
}
