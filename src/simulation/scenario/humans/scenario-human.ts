import type { Economy } from '../../../economy/economy.ts';
import { scorePrompt, skipPrompt } from '../../../economy/attention/end-prompt.ts';
import { noteAttention } from '../../../economy/attention/note-attention.ts';
import { welcomeHuman } from '../../../economy/attention/prompt-slot.ts';
import { openPrompt } from '../../../economy/views/prompt-view.ts';
import { stateOf } from '../../../economy/views/status-view.ts';
import type { Prompt } from '../../../domain/attention.ts';
import type { Dice } from '../../dice.ts';
import type { SimulatedClock } from '../../simulated-clock.ts';
import type { HumanTraits } from '../scenario-schema.ts';
import { isPresent, untilPresent } from './presence.ts';
import { drawMark, Taste } from './taste.ts';

/** How soon somebody at the terminal sees a new prompt. */
export const GLANCE_MS = 1000;

export interface HumanOptions {
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly traits: HumanTraits;
  /** The marks that an agent's prompts deserve, 0 to 10. */
  readonly qualityOf: (agentId: string) => number;
  readonly lineageOf: (agentId: string) => string;
}

/** Somebody who sits at the terminal at some hours, takes time to answer, and gets tired of the same. */
export class ScenarioHuman {
  readonly #options: HumanOptions;
  readonly #taste: Taste;
  #reading: number | undefined;

  constructor(options: HumanOptions) {
    this.#options = options;
    this.#taste = new Taste(options.traits, options.dice);
  }

  /** From now on. */
  begin(): void {
    this.#look();
  }

  get #isPresent(): boolean {
    return isPresent(this.#options.traits.hours, this.#options.clock.monotonic());
  }

  /**
   * Up to the last glance before somebody is there again, in whole glances, so that the order of events stays the same.
   */
  get #untilNextLook(): number {
    if (this.#isPresent) return GLANCE_MS;
    const comes = untilPresent(this.#options.traits.hours, this.#options.clock.monotonic());
    return Math.max(1, Math.ceil(comes / GLANCE_MS) - 1) * GLANCE_MS;
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
    const takesMs = (least + (most - least) * dice.fraction()) * 1000;
    noteAttention(this.#options.economy, prompt.id, 'shown');
    this.#leafThrough(prompt.id, takesMs);
    clock.after(takesMs, () => {
      this.#reading = undefined;
      if (this.#isPresent) this.#answer(prompt);
    });
  }

  /** Whoever reads for long touches a key now and then, as a face would note. */
  #leafThrough(promptId: number, leftMs: number): void {
    const { clock, economy } = this.#options;
    const keyMs = (economy.config.attention.gap_seconds * 1000) / 2;
    if (leftMs <= keyMs) return;
    clock.after(keyMs, () => {
      if (!this.#isPresent) return;
      noteAttention(economy, promptId, 'acted');
      this.#leafThrough(promptId, leftMs - keyMs);
    });
  }

  #answer({ id, agentId, title }: Prompt): void {
    const { economy, clock, dice, traits, qualityOf, lineageOf } = this.#options;
    const letter = { lineageId: lineageOf(agentId), title, quality: qualityOf(agentId) };
    const deserved = this.#taste.deserved(letter, clock.monotonic());
    if (deserved < traits.skips_under) skipPrompt(economy, id);
    else {
      const mark = () => drawMark(deserved, traits.noise, dice);
      scorePrompt(economy, id, { interesting: mark(), useful: mark(), understandable: mark() }, null);
    }
    this.#taste.read(letter, clock.monotonic());
  }
}
