import type { Receipts } from '../../../operator/report/receipts.ts';
import { figure, share } from '../parts/amounts.ts';
import { ReceiptCharts } from '../parts/receipt-charts.tsx';
import { Table } from '../parts/table.tsx';
import { credits } from '../shell/figures.ts';

/** What executions bought against what they used: all of them over time, and agent by agent. */
export function ReceiptSection({ receipts: { series, agents } }: { readonly receipts: Receipts }) {
  return (
    <>
      <div class="charts">
        <ReceiptCharts receipts={series} />
      </div>
      <Table
        title="Agents that ran most, with what an execution used of what it bought"
        rows={agents}
        keyOf={({ agent_id: id }) => id}
        none="Nothing has run yet."
        columns={[
          { title: 'agent', cell: ({ agent_id: id }) => id },
          { title: 'executions', isNumber: true, cell: ({ executions }) => figure(executions) },
          { title: 'paid', isNumber: true, cell: ({ paid }) => credits(paid) },
          {
            title: 'CPU s used',
            isNumber: true,
            cell: ({ used, bought }) =>
              `${figure(used.cpu_seconds)} of ${figure(bought.cpu_seconds)} (${share(used.cpu_seconds, bought.cpu_seconds)})`,
          },
          {
            title: 'MB used',
            isNumber: true,
            cell: ({ used, bought }) =>
              `${figure(used.memory_mb_peak, 0)} of ${figure(bought.memory_mb, 0)} (${share(used.memory_mb_peak, bought.memory_mb)})`,
          },
          {
            title: 'tokens used',
            isNumber: true,
            isExtra: true,
            cell: ({ used, bought }) =>
              bought.tokens === 0
                ? '–'
                : `${figure(used.tokens, 0)} of ${figure(bought.tokens, 0)} (${share(used.tokens, bought.tokens)})`,
          },
        ]}
      />
    </>
  );
}
