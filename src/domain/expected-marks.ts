/** What the human made of an agent's prompts. Marks are in thousandths where nothing else is said. */
export interface AnswerRecord {
  readonly answers: number;
  readonly skips: number;
  /** All marks together, in whole marks. */
  readonly marks: number;
  readonly attentionMs: number;
  /** Of the last answer; 0 where it was a skip. */
  readonly last: number;
  /** The best one, less what was forgotten of it since. */
  readonly best: number;
  /** How long an answer takes of late. */
  readonly usualMs: number;
  /** When the last one came, in milliseconds since 1970. */
  readonly at: number;
}

/** One answer: a skip has no marks. */
export interface Answer {
  /** The three marks together; null for a skip. */
  readonly marks: number | null;
  readonly attentionMs: number;
  readonly at: number;
}

export interface EstimateRules {
  /** After how long the human has half forgotten that it had enough of an agent. */
  readonly recoveryMs: number;
  /** How many answers of its own what is known of its ancestors counts for. */
  readonly priorAnswers: number;
  /** By which share the unknown is thought better than the rest. */
  readonly optimism: number;
  /** A prompt counts as taking at least so long. */
  readonly leastMs: number;
  /** The power to which the estimate is taken. */
  readonly squash: number;
}

/** What a prompt is expected to bring, and to take. */
export interface Expectation {
  readonly marks: number;
  readonly ms: number;
}

/** Sums over a lineage, or over everyone. */
export interface AnswerSums {
  /** Skips included. */
  readonly count: number;
  readonly marks: number;
  readonly attentionMs: number;
}

const MILLI = 1000;
const MINUTE_MS = 60_000;
/** Of three marks. */
const MARKS_MAX = 30 * MILLI;
/** Where nobody was ever answered, all are alike, whatever this is. */
const NOBODY_YET: Expectation = { marks: MARKS_MAX / 2, ms: MINUTE_MS };
/** Of what the last answer fell short of the best, so much of the best is forgotten: tastes change. */
const FORGOTTEN = 50;
/** How much of the way to the last answer's time the usual one goes. */
const PACE = 5;

/** The record with one more answer. */
export function withAnswer(record: AnswerRecord | undefined, { marks, attentionMs, at }: Answer): AnswerRecord {
  const last = (marks ?? 0) * MILLI;
  const best = Math.max(last, record?.best ?? 0);
  const usualMs = record?.usualMs ?? attentionMs;
  return {
    answers: (record?.answers ?? 0) + (marks === null ? 0 : 1),
    skips: (record?.skips ?? 0) + (marks === null ? 1 : 0),
    marks: (record?.marks ?? 0) + (marks ?? 0),
    attentionMs: (record?.attentionMs ?? 0) + attentionMs,
    last,
    best: best - Math.floor((best - last) / FORGOTTEN),
    usualMs: usualMs + Math.round((attentionMs - usualMs) / PACE),
    at,
  };
}

/**
 * What the next prompt of a lineage of which nothing else is known would bring: what the other lineages' brought, and a
 * bonus that is used up by the answers to the lineage, whoever of it had them. So no birth renews it.
 */
export function expectedOfLineage(everyone: AnswerSums, lineage: AnswerSums, { optimism }: EstimateRules): Expectation {
  const others = less(everyone, lineage);
  const { marks, ms } = others.count === 0 ? NOBODY_YET : meanOf(others);
  return { marks: Math.min(MARKS_MAX, marks * (1 + optimism / (1 + lineage.count))), ms };
}

/**
 * What an agent's next prompt would bring at `now`. Its own record says: what the last one brought, recovering in time
 * towards its best, since the human tires of the same and forgets that. The fewer answers it had the more counts what
 * its parent's would bring (`prior`; a root's is `unknown`). A prior is no better than what the others of the lineage
 * were marked with, so that a bad program gains nothing from having children anew. It is never better than it would be
 * without them: no child lifts its parent.
 */
export function expectedOfAgent(
  record: AnswerRecord | undefined,
  {
    prior,
    unknown,
    lineage,
    now,
    rules,
  }: {
    readonly prior: Expectation;
    /** `expectedOfLineage`. */
    readonly unknown: Expectation;
    readonly lineage: AnswerSums;
    readonly now: number;
    readonly rules: EstimateRules;
  },
): Expectation {
  const { priorAnswers: weight, recoveryMs } = rules;
  const others = record ? less(lineage, sumsOf(record)) : lineage;
  const asOthers = shrunk({ marks: others.marks * MILLI, ms: 0 }, others.count, unknown, weight).marks;
  const marks = Math.min(prior.marks, asOthers);
  if (!record) return { marks, ms: prior.ms };
  const missed = (record.best - record.last) * 0.5 ** (Math.max(0, now - record.at) / recoveryMs);
  const count = record.answers + record.skips;
  const own = { marks: (record.best - missed) * count, ms: record.usualMs * count };
  return shrunk(own, count, { marks, ms: prior.ms }, weight);
}

/** Thousandths of a mark per minute, to the power of `squash`: a whole number, at least 1. */
export function attentionWeight({ marks, ms }: Expectation, { leastMs, squash }: EstimateRules): number {
  const perMinute = (marks * MINUTE_MS) / Math.max(leastMs, ms);
  return Math.max(1, Math.round(squash === 1 ? perMinute : MILLI * (perMinute / MILLI) ** squash));
}

/** The mean of `count` that came to this sum, and of `weight` more of the prior. */
function shrunk(sum: Expectation, count: number, prior: Expectation, weight: number): Expectation {
  if (count + weight === 0) return prior;
  return {
    marks: (sum.marks + prior.marks * weight) / (count + weight),
    ms: (sum.ms + prior.ms * weight) / (count + weight),
  };
}

function sumsOf({ answers, skips, marks, attentionMs }: AnswerRecord): AnswerSums {
  return { count: answers + skips, marks, attentionMs };
}

function less(a: AnswerSums, b: AnswerSums): AnswerSums {
  return { count: a.count - b.count, marks: a.marks - b.marks, attentionMs: a.attentionMs - b.attentionMs };
}

function meanOf({ count, marks, attentionMs }: AnswerSums): Expectation {
  return { marks: (marks * MILLI) / count, ms: attentionMs / count };
}
