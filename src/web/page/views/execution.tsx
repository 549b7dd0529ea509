import type { CallView } from '../../../operator/views/call-list.ts';
import type { WholeExecution } from '../../../operator/views/whole-execution.ts';
import { Answer } from '../parts/answer.tsx';
import { Facts } from '../parts/facts.tsx';
import { bytesOr, figure, share } from '../parts/amounts.ts';
import { credits } from '../shell/figures.ts';
import { AgentLink, BidLink } from '../parts/links.tsx';
import { Output } from '../parts/output.tsx';
import { SaidOr } from '../parts/said-or.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { durationText, Time } from '../parts/time.tsx';
import { href } from '../shell/router.ts';
import { useRefreshed } from '../parts/use-refreshed.ts';

/** One execution: what it bought, used and paid, the models that it called, and what it printed. */
export function ExecutionView({ id }: { readonly id: string }) {
  const data = useRefreshed<WholeExecution>(`/api/executions/${encodeURIComponent(id)}`);
  return (
    <div class="view">
      <h1 tabIndex={-1}>{id}</h1>
      <Answer data={data}>{(value) => <Shown {...value} />}</Answer>
    </div>
  );
}

function Shown({ execution, calls, calls_left_out: isCut, prompt }: WholeExecution) {
  return (
    <>
      <Facts
        facts={[
          ['agent', <AgentLink id={execution.agent_id} />],
          ['outcome', execution.outcome ?? execution.state],
          ['detail', <SaidOr text={execution.detail} />],
          ['exit code', execution.exit_code === null ? undefined : figure(execution.exit_code)],
          ['bid', <BidLink id={execution.bid_id} />],
          ['attempt', execution.attempt > 1 ? figure(execution.attempt) : undefined],
          ['cycle', figure(execution.cycle)],
          ['began', <Time at={execution.started_at} />],
          ['ended', <Time at={execution.ended_at} />],
          ['took', durationText(execution.used.wall_seconds)],
          ['refused bid', execution.refused_bid ?? undefined],
          ['restarted by', execution.restart_bid === null ? undefined : <BidLink id={execution.restart_bid} />],
          [
            'showed',
            prompt === null ? undefined : (
              <>
                <a href={href('inbox', prompt.id)}>{prompt.id}</a> (
                <SaidOr text={prompt.title} none="without a title" />
                ), {prompt.status}
              </>
            ),
          ],
        ]}
      />
      <h2>Receipt</h2>
      <Receipt execution={execution} />
      {calls.length > 0 && (
        <>
          <h2>Calls of models</h2>
          {isCut && <p class="muted small">Only the newest are shown.</p>}
          <Table title="Calls of models" rows={calls} keyOf={({ id }) => String(id)} none="" columns={CALLS} />
        </>
      )}
      <h2>Output</h2>
      <Output executionId={execution.id} isOver={execution.state === 'settled'} />
    </>
  );
}

interface ReceiptLine {
  readonly name: string;
  readonly bought: number;
  readonly used: number | null;
}

function Receipt({ execution: { bought, used, price_paid: paid, unheld } }: Pick<WholeExecution, 'execution'>) {
  const lines: readonly ReceiptLine[] = [
    { name: 'CPU seconds', bought: bought.cpu_seconds, used: used.cpu_seconds },
    { name: 'MB of memory, at most', bought: bought.memory_mb, used: used.memory_mb_peak },
    { name: 'tokens', bought: bought.tokens, used: used.tokens },
  ];
  return (
    <>
      <Table
        title="Receipt"
        rows={lines.filter(({ bought: amount, used: spent }) => amount > 0 || (spent ?? 0) > 0)}
        keyOf={({ name }) => name}
        none=""
        columns={[
          { title: 'resource', cell: ({ name }) => name },
          { title: 'bought', isNumber: true, cell: (line) => figure(line.bought, 6) },
          { title: 'used', isNumber: true, cell: (line) => figure(line.used, 6) },
          { title: 'share', isNumber: true, cell: (line) => share(line.used, line.bought) },
        ]}
      />
      <p>
        It paid <b>{credits(paid)}</b> credits{bought.attention > 0 && ', attention among what it bought'}. Its
        workspace has {bytesOr(used.workspace_bytes)}, it printed {bytesOr(used.output_bytes)} and asked the System
        Service {figure(used.requests)} times.
        {unheld.length > 0 && ` The engine did not hold its limit on ${unheld.join(', ')}.`}
      </p>
    </>
  );
}

const CALLS: readonly Column<CallView>[] = [
  { title: 'began', cell: ({ began_at: at }) => <Time at={at} /> },
  { title: 'model', isWords: true, cell: ({ model }) => <SaidOr text={model} /> },
  { title: 'outcome', cell: ({ outcome }) => outcome ?? 'goes on' },
  { title: 'in', isNumber: true, cell: ({ input_tokens: tokens }) => figure(tokens) },
  { title: 'cached', isNumber: true, isExtra: true, cell: ({ cached_tokens: tokens }) => figure(tokens) },
  { title: 'out', isNumber: true, cell: ({ output_tokens: tokens }) => figure(tokens) },
  { title: 'billed', isNumber: true, cell: ({ billed }) => figure(billed) },
  { title: 'cost', isNumber: true, isExtra: true, cell: ({ money }) => figure(money, 4) },
  {
    title: 'took',
    isNumber: true,
    cell: ({ duration_ms: duration }) => durationText(duration === null ? null : duration / 1000),
  },
  { title: 'detail', isWords: true, isExtra: true, cell: ({ detail }) => <SaidOr text={detail} /> },
];
