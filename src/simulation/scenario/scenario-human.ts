import type { Economy } from '../../economy/economy.ts';
import { scorePrompt, skipPrompt } from '../../economy/attention/end-prompt.ts';
import { welcomeHuman } from '../../economy/attention/prompt-slot.ts';
import { MARK_MAX, type Prompt } from '../../domain/attention.ts';
import type { Dice } from '../dice.ts';
import type { SimulatedClock } from '../simulated-clock.ts';
import type { Scenario } from './scenario-schema.ts';
import { openPrompt } from '../../economy/views/prompt-view.ts';
import { stateOf } from '../../economy/views/status-view.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How soon somebody at the terminal sees a new prompt. */
const GLANCE_MS = 1000;

export interface HumanOptions {
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly traits: NonNullable<Scenario['human']>;
  /** The marks that an agent's prompts deserve, 0 to 10. */
  readonly qualityOf: (agentId: string) => number;
  readonly lineageOf: (agentId: string) => string;
}

/** Somebody who sits at the terminal at some hours, takes time to answer, and gets tired of the same. */
export class ScenarioHuman {
  readonly #options: HumanOptions;
  /** By lineage or kind: how fresh the memory of its answers is, and of when. */
  readonly #seen = new Map<string, { freshness: number; at: number }>();
  #reading: number | undefined;

  constructor(options: HumanOptions) {
    this.#options = options;
  }

  /** From now on. */
  begin(): void {
    this.#look();
  }

  /** At how many milliseconds since the beginning somebody comes and goes, up to `endMs`. */
  presence(endMs: number): readonly (readonly [from: number, to: number])[] {
    const days = Array.from({ length: Math.ceil(endMs / DAY_MS) }, (_, day) => day * DAY_MS);
    return days.flatMap((day) =>
      this.#options.traits.hours
        .map(([from, to]) => [day + from * HOUR_MS, Math.min(endMs, day + to * HOUR_MS)] as const)
        .filter(([from, to]) => from < to),
    );
  }

  get #isPresent(): boolean {
    const hour = (this.#options.clock.monotonic() % DAY_MS) / HOUR_MS;
    return this.#options.traits.hours.some(([from, to]) => hour >= from && hour < to);
  }

  /**
   * Up to the last glance before somebody is there again, in whole glances, so that the order of events stays the same.
   */
  get #untilNextLook(): number {
    if (this.#isPresent) return GLANCE_MS;
    const ofDay = this.#options.clock.monotonic() % DAY_MS;
    const comes = this.#options.traits.hours.map(([from]) => from * HOUR_MS).find((from) => from > ofDay) ?? DAY_MS;
    return Math.max(1, Math.ceil((comes - ofDay) / GLANCE_MS) - 1) * GLANCE_MS;
  }

  #look(): void {
    const { economy, clock } = this.#options;
    clock.after(this.#untilNextLook, () => this.#look());
    if (!this.#isPresent || this.#reading !== undefined) return;
    // Whoever sits at the terminal has touched a key.
    if (stateOf(economy).humanAway) welcomeHuman(economy);
    const open = openPrompt(economy);
    if (open) this.#read(open);
  }

  #read(prompt: Prompt): void {
    const { clock, dice, traits } = this.#options;
    const [least, most] = traits.answer_seconds;
    this.#reading = prompt.id;
    clock.after((least + (most - least) * dice.fraction()) * 1000, () => {
      this.#reading = undefined;
      if (this.#isPresent) this.#answer(prompt);
    });
  }

  #answer({ id, agentId, title }: Prompt): void {
    const { economy, traits, qualityOf, lineageOf } = this.#options;
    // What has no title is of no kind.
    const same = traits.tires_of === 'kind' && title !== null ? `kind ${title}` : lineageOf(agentId);
    const whenRested = Math.min(MARK_MAX, qualityOf(agentId) * (traits.tastes[title ?? ''] ?? 1));
    const deserved = whenRested * (1 - traits.repetition) ** this.#freshness(same);
    if (deserved < traits.skips_under) skipPrompt(economy, id);
    else {
      const mark = () => this.#mark(deserved);
      scorePrompt(economy, id, { interesting: mark(), useful: mark(), understandable: mark() }, null);
    }
    this.#seen.set(same, { freshness: this.#freshness(same) + 1, at: this.#options.clock.monotonic() });
  }

  #mark(deserved: number): number {
    const { dice, traits } = this.#options;
    return Math.max(0, Math.min(MARK_MAX, Math.round(deserved + traits.noise * (2 * dice.fraction() - 1))));
  }

  /** How many answers to the same are remembered. */
  #freshness(same: string): number {
    const seen = this.#seen.get(same);
    if (!seen) return 0;
    const hours = (this.#options.clock.monotonic() - seen.at) / HOUR_MS;
    return seen.freshness * 0.5 ** (hours / this.#options.traits.recovery_hours);
  }
}
