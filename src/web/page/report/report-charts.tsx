import { useMemo } from 'preact/hooks';
import type { ReportData } from '../../../operator/report/report-data.ts';
import { Chart } from '../parts/chart.tsx';
import { linesOfMarks } from '../parts/marks-lines.ts';

/** Of the richest agents, over time. */
export function Balances({ balances }: Pick<ReportData, 'balances'>) {
  const { times, lines } = useMemo(() => onOneAxis(balances), [balances]);
  return <Chart title="Balances of the richest, in credits" times={times} lines={lines} least={0} isStepped />;
}

/** What the human gave on average. */
export function Marks({ marks }: Pick<ReportData, 'marks'>) {
  const lines = useMemo(() => linesOfMarks(marks), [marks]);
  return <Chart title="Marks, on average" {...lines} least={0} most={10} />;
}

/** Whose turn it was. */
export function Slots({ slots }: Pick<ReportData, 'slots'>) {
  const { times, lines } = useMemo(() => linesOfSlots(slots), [slots]);
  return <Chart title="Executions with attention, by lineage" times={times} lines={lines} least={0} />;
}

/** Each moves at times of its own; between them it stays. */
function onOneAxis(balances: ReportData['balances']) {
  const moments = new Set(balances.flatMap(({ balance }) => balance.map(({ at }) => at)));
  const times = [...moments].map((at) => Date.parse(at)).sort((a, b) => a - b);
  const lines = balances.map(({ agent_id: name, balance }) => {
    const known = new Map(balance.map((point) => [Date.parse(point.at), point.balance]));
    let last: number | null = null;
    return { name, values: times.map((at) => (last = known.get(at) ?? last)) };
  });
  return { times, lines };
}

function linesOfSlots({ lineages, others, series }: ReportData['slots']) {
  const names = [...lineages.map(({ lineage }) => lineage), ...(others > 0 ? ['others'] : [])];
  return {
    times: series.map(({ at }) => Date.parse(at)),
    lines: names.map((name, place) => ({ name, values: series.map(({ slots }) => slots[place] ?? 0) })),
  };
}
