import type { Dice } from '../../dice.ts';
import type { HumanTraits } from '../scenario-schema.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How a human's liking moves by itself, whatever is read: for each lineage over days, for all letters by the hour. */
export class Swings {
  readonly #traits: HumanTraits;
  readonly #dice: Dice;
  readonly #waves = new Map<string, { readonly phase: number; readonly days: number }>();
  readonly #moods = new Map<number, number>();

  constructor(traits: HumanTraits, dice: Dice) {
    this.#traits = traits;
    this.#dice = dice;
  }

  /** By how much the liking of this lineage is multiplied at this time. */
  at(lineageId: string, atMs: number): number {
    return this.#drift(lineageId, atMs) * this.#mood(atMs);
  }

  /** Up and down by a share, each lineage at a pace and from a place of its own. */
  #drift(lineageId: string, atMs: number): number {
    const { drift, drift_days: usual } = this.#traits;
    if (drift === 0) return 1;
    let wave = this.#waves.get(lineageId);
    if (!wave) {
      const dice = this.#dice.fork(`drift ${lineageId}`);
      wave = { phase: dice.fraction(), days: usual * (0.5 + dice.fraction()) };
      this.#waves.set(lineageId, wave);
    }
    return 1 + drift * Math.sin(2 * Math.PI * (wave.phase + atMs / DAY_MS / wave.days));
  }

  /** From 1 down to what a bad hour leaves. */
  #mood(atMs: number): number {
    const { moods } = this.#traits;
    if (moods === 0) return 1;
    const hour = Math.floor(atMs / HOUR_MS);
    let mood = this.#moods.get(hour);
    if (mood === undefined) {
      mood = 1 - moods * this.#dice.fork(`hour ${hour}`).fraction();
      this.#moods.set(hour, mood);
    }
    return mood;
  }
}
