import { MARK_MAX } from '../../../domain/attention.ts';
import { mean } from '../../measures/statistics.ts';
import type { Dice } from '../../dice.ts';
import type { HumanTraits } from '../scenario-schema.ts';
import { Swings } from './swings.ts';

const HOUR_MS = 3_600_000;

export interface Letter {
  readonly lineageId: string;
  /** Its kind; what has no title is of no kind. */
  readonly title: string | null;
  /** The marks that its author's letters deserve, 0 to 10. */
  readonly quality: number;
}

/** What one human thinks of letters, by what they have read before. Times are milliseconds since the beginning. */
export class Taste {
  readonly #traits: HumanTraits;
  readonly #swings: Swings;
  /** By lineage or kind: how fresh the memory of its letters is, and of when. */
  readonly #seen = new Map<string, { freshness: number; at: number }>();
  /** What the last letters were worth, with which the next is compared. */
  readonly #last: number[] = [];

  /** The same dice make the same human. */
  constructor(traits: HumanTraits, dice: Dice) {
    this.#traits = traits;
    this.#swings = new Swings(traits, dice.fork('swings'));
  }

  /** The mark that the letter deserves now, between 0 and 10. */
  deserved(letter: Letter, atMs: number): number {
    const { comparison } = this.#traits;
    const alone = this.#alone(letter, atMs);
    if (comparison === 0 || this.#last.length === 0) return alone;
    return Math.max(0, Math.min(MARK_MAX, alone + comparison * (alone - mean(this.#last))));
  }

  /** How many letters of the same lineage or kind are remembered. */
  freshness(letter: Letter, atMs: number): number {
    const seen = this.#seen.get(this.#sameness(letter));
    if (!seen) return 0;
    const hours = (atMs - seen.at) / HOUR_MS;
    return seen.freshness * 0.5 ** (hours / this.#traits.recovery_hours);
  }

  /** Remembers to have read it. */
  read(letter: Letter, atMs: number): void {
    this.#last.push(this.#alone(letter, atMs));
    if (this.#last.length > this.#traits.compared_with) this.#last.shift();
    this.#seen.set(this.#sameness(letter), { freshness: this.freshness(letter, atMs) + 1, at: atMs });
  }

  /** What it would deserve if nothing else had been read just before. */
  #alone(letter: Letter, atMs: number): number {
    const { tastes, repetition } = this.#traits;
    const liked = (tastes[letter.title ?? ''] ?? 1) * this.#swings.at(letter.lineageId, atMs);
    return Math.min(MARK_MAX, letter.quality * liked) * (1 - repetition) ** this.freshness(letter, atMs);
  }

  #sameness({ lineageId, title }: Letter): string {
    return this.#traits.tires_of === 'kind' && title !== null ? `kind ${title}` : lineageId;
  }
}

/** A mark for what deserves so much: off by some noise, a whole number. */
export function drawMark(deserved: number, noise: number, dice: Dice): number {
  return Math.max(0, Math.min(MARK_MAX, Math.round(deserved + noise * (2 * dice.fraction() - 1))));
}
