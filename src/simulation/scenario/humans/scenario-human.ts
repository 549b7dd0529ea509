import type { Economy } from '../../../economy/economy.ts';
import { scorePrompt, skipPrompt } from '../../../economy/attention/end-prompt.ts';
import { noteAttention } from '../../../economy/attention/note-attention.ts';
import { welcomeHuman } from '../../../economy/attention/prompt-slot.ts';
import { openPrompt } from '../../../economy/views/prompt-view.ts';
import { stateOf } from '../../../economy/views/status-view.ts';
import { sumOf, type Prompt, type Scores } from '../../../domain/attention.ts';
import { formatId } from '../../../domain/ids.ts';
import type { Dice } from '../../dice.ts';
import type { SimulatedClock } from '../../simulated-clock.ts';
import type { HumanTraits } from '../scenario-schema.ts';
import type { MarksBook } from './marks-book.ts';
import type { GivenAnswer } from './marks-file.ts';
import { isPresent, untilPresent } from './presence.ts';
import type { Reader, ReadingTurns } from './reading-turns.ts';
import { drawMark, Taste, type Letter } from './taste.ts';

/** How soon somebody at the terminal sees a new prompt. */
export const GLANCE_MS = 1000;

export interface HumanOptions {
  readonly name: string;
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly traits: HumanTraits;
  /** Shared by all who are there. */
  readonly turns: ReadingTurns;
  /** Their answers; undefined where all are by taste. */
  readonly book: MarksBook | undefined;
  /** The marks that an agent's prompts deserve, 0 to 10. */
  readonly qualityOf: (agentId: string) => number;
  readonly lineageOf: (agentId: string) => string;
  readonly groupOf: (agentId: string) => string;
}

/** What somebody did in all. */
export interface HumanTally {
  scored: number;
  skipped: number;
  marks: number;
  /** Time with letters that they answered. */
  readingMs: number;
}

interface Answer {
  readonly scores: Scores | null;
  readonly reason: string | null;
}

/** Somebody who sits at the terminal at some hours, takes time to answer, and gets tired of the same. */
export class ScenarioHuman implements Reader {
  readonly tally: HumanTally = { scored: 0, skipped: 0, marks: 0, readingMs: 0 };
  readonly #options: HumanOptions;
  readonly #taste: Taste;
  #isReading = false;
  #left: number | undefined;

  constructor(options: HumanOptions) {
    this.#options = options;
    this.#taste = new Taste(options.traits, options.dice);
    options.turns.add(this);
  }

  get name(): string {
    return this.#options.name;
  }

  get isPresent(): boolean {
    return isPresent(this.#options.traits.hours, this.#options.clock.monotonic());
  }

  takes(promptId: number): boolean {
    return this.#left !== promptId;
  }

  /** From now on. */
  begin(): void {
    this.#look();
  }

  /**
   * Up to the last glance before somebody is there again, in whole glances, so that the order of events stays the same.
   */
  get #untilNextLook(): number {
    if (this.isPresent) return GLANCE_MS;
    const comes = untilPresent(this.#options.traits.hours, this.#options.clock.monotonic());
    return Math.max(1, Math.ceil(comes / GLANCE_MS) - 1) * GLANCE_MS;
  }

  #look(): void {
    const { economy, clock, turns } = this.#options;
    clock.after(this.#untilNextLook, () => this.#look());
    if (!this.isPresent || this.#isReading) return;
    // Whoever sits at the terminal has touched a key.
    if (stateOf(economy).humanAway) welcomeHuman(economy);
    const open = openPrompt(economy);
    if (open && turns.isOf(this, open.id)) this.#read(open);
  }

  #read(prompt: Prompt): void {
    const { clock, dice, traits, economy, book, turns } = this.#options;
    const given = book?.find(this.#namesOf(prompt));
    if (book && !given && traits.marks?.unmarked === 'leave') {
      this.#left = prompt.id;
      return;
    }
    const [least, most] = traits.answer_seconds;
    this.#isReading = true;
    turns.begin(this);
    const takesMs = (given?.seconds ?? least + (most - least) * dice.fraction()) * 1000;
    noteAttention(economy, prompt.id, 'shown');
    this.#leafThrough(prompt.id, takesMs);
    clock.after(takesMs, () => {
      this.#isReading = false;
      turns.end();
      if (this.isPresent) this.#answer(prompt, given, takesMs);
    });
  }

  /** Whoever reads for long touches a key now and then, as a face would note. */
  #leafThrough(promptId: number, leftMs: number): void {
    const { clock, economy } = this.#options;
    const keyMs = (economy.config.attention.gap_seconds * 1000) / 2;
    if (leftMs <= keyMs) return;
    clock.after(keyMs, () => {
      if (!this.isPresent) return;
      noteAttention(economy, promptId, 'acted');
      this.#leafThrough(promptId, leftMs - keyMs);
    });
  }

  #answer(prompt: Prompt, given: GivenAnswer | undefined, tookMs: number): void {
    const { economy, clock, qualityOf, lineageOf, book } = this.#options;
    const letter = {
      lineageId: lineageOf(prompt.agentId),
      title: prompt.title,
      quality: qualityOf(prompt.agentId),
    };
    const { scores, reason } = given ?? this.#answerTo(letter);
    const ended = scores ? scorePrompt(economy, prompt.id, scores, reason) : skipPrompt(economy, prompt.id);
    this.#taste.read(letter, clock.monotonic());
    if (!ended.ok) return;
    if (given) book?.use(given);
    if (scores) this.tally.scored += 1;
    else this.tally.skipped += 1;
    this.tally.marks += scores ? sumOf(scores) : 0;
    this.tally.readingMs += tookMs;
  }

  /** Where no file says it. */
  #answerTo(letter: Letter): Answer {
    const { clock, dice, traits, book } = this.#options;
    const deserved = this.#taste.deserved(letter, clock.monotonic());
    const isSkipped = book ? traits.marks?.unmarked === 'skip' : false;
    if (isSkipped || deserved < traits.skips_under) return { scores: null, reason: null };
    const mark = () => drawMark(deserved, traits.noise, dice);
    return { scores: { interesting: mark(), useful: mark(), understandable: mark() }, reason: null };
  }

  #namesOf({ id, agentId, title }: Prompt) {
    return { prompt: formatId('prompt', id), agent: agentId, group: this.#options.groupOf(agentId), title };
  }
}
