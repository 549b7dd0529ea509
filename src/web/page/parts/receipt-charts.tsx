import { useMemo } from 'preact/hooks';
import type { AgentOverTime } from '../../../operator/views/agent-over-time.ts';
import { Chart } from './chart.tsx';

type Receipts = AgentOverTime['series']['receipts'];

/** What an execution bought against what it used, on average. */
export function ReceiptCharts({ receipts }: { readonly receipts: readonly Receipts[number][] }) {
  const { cpu, memory, tokens, hasTokens } = useMemo(() => linesOf(receipts), [receipts]);
  return (
    <>
      <Chart title="CPU seconds an execution" {...cpu} least={0} />
      <Chart title="MB an execution" {...memory} least={0} />
      {hasTokens && <Chart title="Tokens an execution" {...tokens} least={0} />}
    </>
  );
}

function linesOf(receipts: readonly Receipts[number][]) {
  const times = receipts.map(({ at }) => Date.parse(at));
  const pair = (bought: (at: Receipts[number]) => number, used: (at: Receipts[number]) => number) => ({
    times,
    lines: [
      { name: 'bought', values: receipts.map(bought) },
      { name: 'used', values: receipts.map(used) },
    ],
  });
  return {
    cpu: pair(
      ({ bought }) => bought.cpu_seconds,
      ({ used }) => used.cpu_seconds,
    ),
    memory: pair(
      ({ bought }) => bought.memory_mb,
      ({ used }) => used.memory_mb_peak,
    ),
    tokens: pair(
      ({ bought }) => bought.tokens,
      ({ used }) => used.tokens,
    ),
    hasTokens: receipts.some(({ bought }) => bought.tokens > 0),
  };
}
