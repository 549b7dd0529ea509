import { MARKS, type Prompt } from '../../domain/attention.ts';
import { toCredits } from '../../domain/credits.ts';
import type { Economy } from '../../economy/economy.ts';
import { findPrompt, promptsBefore } from '../../economy/views/prompt-view.ts';
import type { glanceView } from '../../economy/views/status-view.ts';
import type { MetricKit } from './metric-kit.ts';

type Glance = ReturnType<typeof glanceView>;

const ENDS = ['scored', 'skipped', 'expired'] as const;
/** More than can wait at once: attention is held by few. */
const PAGE = 8;
/** More than can come between two cycles. */
const PAGES_MAX = 25;
const ANSWER_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1200, 3600];

/** Prompts and marks. They are given in any process, so what has ended is found in the database. */
export class PromptMetrics {
  readonly #economy: Economy;
  readonly #metrics;
  readonly #waiting = new Set<number>();
  #newest: number;

  constructor(kit: MetricKit, economy: Economy) {
    this.#economy = economy;
    this.#metrics = {
      prompts: kit.gauge('prompts', 'Prompts that wait: open for marks, or queued.', ['status']),
      ended: kit.counter('prompts_ended_total', 'Prompts by how they ended.', ['outcome']),
      marks: kit.counter('marks_total', 'The sum of the marks that were given.', ['mark']),
      rewards: kit.counter('rewards_credits_total', 'Credits that marks have issued.'),
      answer: kit.histogram('prompt_answer_seconds', 'Seconds from the opening of a prompt to its answer.', {
        buckets: ANSWER_SECONDS,
      }),
      away: kit.gauge('human_away', '1 while the human counts as away; otherwise 0.'),
    };
    for (const outcome of ENDS) this.#metrics.ended.inc({ outcome }, 0);
    for (const mark of MARKS) this.#metrics.marks.inc({ mark }, 0);
    const before = promptsBefore(economy, Number.MAX_SAFE_INTEGER, PAGE);
    this.#newest = before[0]?.id ?? 0;
    for (const { id, status } of before) if (isWaiting(status)) this.#waiting.add(id);
  }

  /** Counts what has ended since the last time. Cheap where nothing has. */
  look(): void {
    const waited = [...this.#waiting].flatMap((id) => findPrompt(this.#economy, id) ?? []);
    for (const prompt of [...this.#since(), ...waited]) {
      if (isWaiting(prompt.status)) this.#waiting.add(prompt.id);
      else this.#ended(prompt);
    }
  }

  refresh({ prompts, human_away: away }: Glance): void {
    this.look();
    this.#metrics.prompts.set({ status: 'open' }, prompts.open);
    this.#metrics.prompts.set({ status: 'queued' }, prompts.queued);
    this.#metrics.away.set(away ? 1 : 0);
  }

  #since(): readonly Prompt[] {
    const since: Prompt[] = [];
    for (let page = 0, before = Number.MAX_SAFE_INTEGER; page < PAGES_MAX; page++) {
      const prompts = promptsBefore(this.#economy, before, PAGE);
      const unseen = prompts.filter(({ id }) => id > this.#newest);
      since.push(...unseen);
      if (unseen.length < PAGE) break;
      before = unseen.at(-1)?.id ?? 0;
    }
    this.#newest = since[0]?.id ?? this.#newest;
    return since;
  }

  #ended({ id, status, scores, reward, openedAt, endedAt }: Prompt): void {
    this.#waiting.delete(id);
    const metrics = this.#metrics;
    metrics.ended.inc({ outcome: status });
    if (scores === null) return;
    for (const mark of MARKS) metrics.marks.inc({ mark }, scores[mark]);
    metrics.rewards.inc(toCredits(reward));
    if (openedAt !== null && endedAt !== null) metrics.answer.observe(Math.max(0, endedAt - openedAt) / 1000);
  }
}

function isWaiting(status: Prompt['status']): boolean {
  return status === 'queued' || status === 'open';
}
