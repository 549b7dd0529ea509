import type { Economy } from '../../../economy/economy.ts';
import { findAgent } from '../../../economy/views/agent-view.ts';
import { stateOf } from '../../../economy/views/status-view.ts';
import type { Dice } from '../../dice.ts';
import { lengthOf, merged, type Span } from '../../measures/spans.ts';
import type { SimulatedClock } from '../../simulated-clock.ts';
import type { Residents } from '../residents.ts';
import type { HumanTraits, Scenario } from '../scenario-schema.ts';
import { humansOf, ONLY_ONE } from './humans-of.ts';
import { MarksBook } from './marks-book.ts';
import type { GivenAnswer } from './marks-file.ts';
import { presence } from './presence.ts';
import { ReadingTurns } from './reading-turns.ts';
import { ScenarioHuman } from './scenario-human.ts';

export interface ScenarioHumansOptions {
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  readonly dice: Dice;
  readonly scenario: Scenario;
  readonly residents: Residents;
  readonly marks: ReadonlyMap<string, readonly GivenAnswer[]>;
}

/** Each has their own. */
export function diceOf(dice: Dice, name: string): Dice {
  return dice.fork(name === ONLY_ONE ? 'human' : `human ${name}`);
}

/** Those who score. */
export class ScenarioHumans {
  readonly #economy: Economy;
  readonly #all: readonly (readonly [traits: HumanTraits, human: ScenarioHuman])[];

  constructor({ economy, clock, dice, scenario, residents, marks }: ScenarioHumansOptions) {
    this.#economy = economy;
    const turns = new ReadingTurns();
    this.#all = humansOf(scenario).map(([name, traits]) => {
      const answers = marks.get(name);
      const human = new ScenarioHuman({
        ...{ name, economy, clock, traits, turns },
        dice: diceOf(dice, name),
        book: answers && new MarksBook(answers, { again: traits.marks?.again ?? false }),
        qualityOf: (id) => residents.get(id).quality,
        lineageOf: (id) => findAgent(economy, id)?.lineageId ?? id,
        groupOf: (id) => residents.get(id).group,
      });
      return [traits, human];
    });
  }

  /** From now on. */
  begin(): void {
    for (const [, human] of this.#all) human.begin();
  }

  /** When anybody is there, up to `endMs`. */
  presence(endMs: number): readonly Span[] {
    return merged(this.#all.flatMap(([{ hours }]) => presence(hours, endMs)));
  }

  /** What each of them did up to `endMs`; nothing where there is only one. */
  measures(endMs: number): Readonly<Record<string, number>> {
    if (this.#all.length < 2) return {};
    const days = Math.max(1, stateOf(this.#economy).runningMs) / 86_400_000;
    return Object.fromEntries(
      this.#all.flatMap(([{ hours }, { name, tally }]) => {
        const { scored, skipped, marks, readingMs } = tally;
        const thereMs = lengthOf(presence(hours, endMs));
        return [
          [`human.answers_per_day.${name}`, scored / days],
          [`human.mean_marks.${name}`, scored + skipped === 0 ? 0 : marks / (scored + skipped)],
          [`human.skipped.${name}`, skipped],
          [`human.reading_share.${name}`, thereMs === 0 ? 0 : readingMs / thereMs],
        ];
      }),
    );
  }
}
