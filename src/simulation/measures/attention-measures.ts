import { MARKS } from '../../domain/attention.ts';
import type { Store } from '../../store/store.ts';
import { idleMeasures } from './idle-measures.ts';
import { allPrompts } from './rows.ts';
import { slotMeasures } from './slot-measures.ts';
import type { Span } from './spans.ts';
import { sum } from './statistics.ts';

interface Options {
  readonly days: number;
  readonly cycle: number;
  readonly presence: readonly Span[] | undefined;
  readonly until: number;
  readonly groupOf: (agentId: string) => string;
  readonly qualityOf: ((agentId: string) => number) | undefined;
  readonly bestMarks: number | undefined;
}

/** What the human's attention was used for. */
export function attentionMeasures(store: Store, options: Options): Readonly<Record<string, number>> {
  const { days, cycle, presence, until, groupOf, qualityOf, bestMarks } = options;
  const prompts = [...allPrompts(store)];
  const scored = prompts.filter(({ status }) => status === 'scored');
  const skipped = prompts.filter(({ status }) => status === 'skipped').length;
  const expired = prompts.filter(({ status }) => status === 'expired').length;
  const answered = scored.length + skipped;
  const marks = sum(scored.map(({ scores }) => (scores ? sum(MARKS.map((mark) => scores[mark])) : 0)));
  return {
    'attention.answers_per_day': scored.length / days,
    'attention.marks_per_day': marks / days,
    'attention.mean_marks': answered === 0 ? 0 : marks / answered,
    ...(bestMarks !== undefined && bestMarks > 0 && { 'attention.of_best': marks / bestMarks }),
    'attention.expired': expired,
    'attention.expired_share': expired === 0 ? 0 : expired / (answered + expired),
    'attention.skipped': skipped,
    ...(presence && idleMeasures(store, { prompts, presence, until })),
    ...slotMeasures(store, { cycle, groupOf, qualityOf }),
  };
}
