import type { AgentOverTime } from '../../../operator/views/agent-over-time.ts';

const MARKS = ['interesting', 'useful', 'understandable'] as const;

/** One line a mark. */
export function linesOfMarks(marks: readonly AgentOverTime['series']['marks'][number][]) {
  return {
    times: marks.map(({ at }) => Date.parse(at)),
    lines: MARKS.map((name) => ({ name, values: marks.map((point) => point[name]) })),
  };
}
