import type { ExplainedCycle } from '../../economy/replay/explain-bid.ts';
import { runsOf, verdictOf, type ExplainedRun } from '../../operator/views/explained-runs.ts';
import type { AttentionView } from '../../economy/views/attention-view.ts';

/** Why a bid won or lost, a few lines for each run of cycles in which that was the same. */
export function explainLines(cycles: readonly ExplainedCycle[]): readonly string[] {
  return runsOf(cycles).flatMap(runLines);
}

/** What stands in the way of a bid for attention now, and what would end that. */
export function attentionLines(now: AttentionView | null): readonly string[] {
  if (now === null) return [];
  const { human_away: away, quiet_until: quiet, open_prompt: open, queued_prompt: queued } = now;
  if (away) return ['now you count as away: no attention is sold until bp-agents prompts says that you are back'];
  if (quiet !== null) return [`now it is quiet: no attention is sold until ${quiet}`];
  if (now.minutes_spent !== null)
    return [
      `now your minutes of ${now.minutes_spent === 'day' ? 'today' : 'this hour'} are spent: no attention is sold`,
    ];
  const behind = queued ? `, and ${queued.id} of ${queued.agent_id} waits behind it` : '';
  return open ? [`now ${open.id} of ${open.agent_id} waits for your marks${behind}`] : [];
}

function runLines(run: ExplainedRun): readonly string[] {
  const last = run.at(-1) ?? run[0];
  const competed = last.rank !== null;
  const place = competed ? `${placesOf(run)} of ${span(run.map(({ competing }) => competing))}` : 'did not compete';
  const more = last.before_count - last.before.length;
  const before = last.before.map(beforeText).join(', ');
  // Of several cycles the newest is the one that counts.
  const when = run.length === 1 ? '' : ` in cycle ${last.cycle}`;
  return [
    `${cyclesOf(run)}: ${verdictOf(last)}; ${place}`,
    ...(competed ? [`  offered ${span(run.map((it) => it.amount))} for what cost ${costs(run)} at the reserve`] : []),
    ...(last.weight === null ? [] : [`  its weight ${weights(run)} by its record`]),
    ...(before === '' ? [] : [`  before it${when}: ${before}${more > 0 ? ` and ${more} more` : ''}`]),
    ...(competed ? [`  ${leastLine(last, when)}`] : []),
  ];
}

/** `cycle 7`, or `cycles 545 to 594`; says so where not all of them are on record. */
function cyclesOf(run: ExplainedRun): string {
  const [first, last] = [run[0].cycle, (run.at(-1) ?? run[0]).cycle];
  if (run.length === 1) return `cycle ${first}`;
  return `cycles ${first} to ${last}${last - first + 1 === run.length ? '' : ` (${run.length} of them on record)`}`;
}

function placesOf(run: ExplainedRun): string {
  const ranks = run.map(({ rank }) => rank ?? 0);
  const [least, most] = [smallest(ranks), largest(ranks)];
  return least === most ? ordinal(least) : `${ordinal(least)} to ${ordinal(most)}`;
}

function costs(run: ExplainedRun): string {
  return span(run.map(({ reserve_cost: cost }) => cost ?? 0));
}

function weights(run: ExplainedRun): string {
  return span(run.flatMap(({ weight }) => (weight === null ? [] : [short(weight)])));
}

function beforeText({ bid, agent_id: agent, amount, weight }: ExplainedCycle['before'][number]): string {
  return `${bid} of ${agent} with ${amount}${weight === null ? '' : ` × ${short(weight)}`}`;
}

/** Weights decide by their millionths; these two digits are for reading. */
function short(weight: number): number {
  return Number(weight.toPrecision(3));
}

/** One number, or the smallest and the largest of them. */
function span(numbers: readonly number[]): string {
  const [least, most] = [smallest(numbers), largest(numbers)];
  return least === most ? `${least}` : `${least} to ${most}`;
}

function smallest(numbers: readonly number[]): number {
  return numbers.reduce((least, number) => Math.min(least, number));
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number));
}

function leastLine({ least_amount: least, set_by: rival }: ExplainedCycle, when: string): string {
  if (least === null && rival !== null)
    return `no amount would have won${when}: it would not stand above ${rival} with any`;
  if (least === null) return `no amount would have won${when}: its bundle did not fit into what was free`;
  const why = rival === null ? 'its reserve' : `to stand above ${rival}`;
  return `the least that won or would have${when}: ${least}, ${why}`;
}

function ordinal(place: number): string {
  const tail = place % 100 > 10 && place % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[place % 10] ?? 'th');
  return `${place}${tail}`;
}
