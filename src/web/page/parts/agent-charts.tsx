import { useMemo } from 'preact/hooks';
import type { AgentOverTime } from '../../../operator/views/agent-over-time.ts';
import { Chart } from './chart.tsx';
import { linesOfMarks } from './marks-lines.ts';
import { ReceiptCharts } from './receipt-charts.tsx';

/** An agent's balance, its marks, and what its executions bought against what they used. */
export function AgentCharts({ series: { balance, marks, receipts } }: Pick<AgentOverTime, 'series'>) {
  const balances = useMemo(
    () => ({
      times: balance.map(({ at }) => Date.parse(at)),
      lines: [{ name: 'balance', values: balance.map((point) => point.balance) }],
    }),
    [balance],
  );
  const given = useMemo(() => linesOfMarks(marks), [marks]);
  return (
    <div class="charts">
      <Chart title="Balance, in credits" {...balances} least={0} isStepped />
      <Chart title="Marks" {...given} least={0} most={10} />
      <ReceiptCharts receipts={receipts} />
    </div>
  );
}
