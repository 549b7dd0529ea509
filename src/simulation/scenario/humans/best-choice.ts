import { sum } from '../../measures/statistics.ts';
import { MARKS } from '../../../domain/attention.ts';
import type { Dice } from '../../dice.ts';
import type { HumanTraits } from '../scenario-schema.ts';
import { presence } from './presence.ts';
import { GLANCE_MS } from './scenario-human.ts';
import { drawMark, Taste, type Letter } from './taste.ts';

/** A letter that could be shown at any time from when its author was made. */
export interface Candidate extends Letter {
  readonly fromMs: number;
}

export interface BestChoiceOptions {
  readonly traits: HumanTraits;
  readonly candidates: readonly Candidate[];
  readonly endMs: number;
  /** Those of the human, anew: so the same answer takes as long and is off by as much. */
  readonly newDice: () => Dice;
}

interface Foresight {
  /** How much of what a letter takes off those after it is reckoned as its cost; 0: the best of now, whatever follows. */
  readonly loss: number;
  /** Nothing is taken off letters after the human has left. */
  readonly sparesUntilLeaving: boolean;
}

const FORESIGHTS: readonly Foresight[] = [
  { loss: 0, sparesUntilLeaving: false },
  { loss: 0.5, sparesUntilLeaving: false },
  { loss: 1, sparesUntilLeaving: false },
  { loss: 1, sparesUntilLeaving: true },
];

/**
 * The marks that the same human would give, at the same hours and as fast, if somebody who knows every agent's quality
 * and what the human remembers chose each letter, and the next one always lay ready: of all agents that were made, dead
 * or not. It chooses the letter that brings most now, less what it takes off later ones of the same lineage or kind, and
 * waits where none brings anything. The best of a few ways to reckon that loss counts: no bound, but hard to beat.
 */
export function bestMarks(options: BestChoiceOptions): number {
  return Math.max(...FORESIGHTS.map((foresight) => marksWith(foresight, options)));
}

function marksWith({ loss, sparesUntilLeaving }: Foresight, options: BestChoiceOptions): number {
  const { traits, candidates, endMs, newDice } = options;
  const dice = newDice();
  const taste = new Taste(traits, dice);
  const [least, most] = traits.answer_seconds;
  // Where it is read again and again, each letter takes so much off for each that is remembered.
  const forgetting = loss * -Math.log(Math.max(1 - traits.repetition, 1e-9));
  let marks = 0;
  for (const [from, to] of presence(traits.hours, endMs))
    for (let at = from; at < to;) {
      const ends = at + GLANCE_MS + (least + (most - least) * dice.fraction()) * 1000;
      const hoursLeft = sparesUntilLeaving ? (to - at) / 3_600_000 : Infinity;
      const felt = forgetting * (1 - 0.5 ** (hoursLeft / traits.recovery_hours));
      const best = bestOf(candidates, at, (it) => taste.deserved(it, at) * (1 - felt * taste.freshness(it, at)));
      if (best && ends < to) {
        const deserved = taste.deserved(best, ends);
        if (deserved >= traits.skips_under) marks += sum(MARKS.map(() => drawMark(deserved, traits.noise, dice)));
        taste.read(best, ends);
      }
      at = ends;
    }
  return marks;
}

/** Undefined where no letter is worth anything. */
function bestOf(
  candidates: readonly Candidate[],
  at: number,
  worth: (letter: Candidate) => number,
): Candidate | undefined {
  let best: Candidate | undefined;
  let most = 0;
  for (const candidate of candidates) {
    if (candidate.fromMs > at) continue;
    const value = worth(candidate);
    if (value > most) [best, most] = [candidate, value];
  }
  return best;
}
