import { scorePrompt, skipPrompt } from '../economy/attention/end-prompt.ts';
import { spentNow } from '../economy/attention/attention-budget.ts';
import { giveMinutes } from '../economy/attention/give-minutes.ts';
import { noteAttention } from '../economy/attention/note-attention.ts';
import type { Economy } from '../economy/economy.ts';
import { welcomeHuman } from '../economy/attention/prompt-slot.ts';
import type { Dice } from './dice.ts';
import { openPrompt } from '../economy/views/prompt-view.ts';

/** Somebody who answers in time, late, twice, wrongly or never, from another terminal. */
export class SimulatedHuman {
  readonly #economy: Economy;
  readonly #dice: Dice;
  readonly #signs: Dice;
  #answered = 0;
  #ignored = 0;

  constructor(economy: Economy, dice: Dice) {
    this.#economy = economy;
    this.#dice = dice;
    this.#signs = dice.fork('signs');
  }

  /** Looks at the open prompt now and then. */
  look(): void {
    const dice = this.#dice;
    const open = openPrompt(this.#economy);
    if (!open || open.id === this.#ignored) {
      if (dice.chance(0.05)) welcomeHuman(this.#economy);
      if (this.#signs.chance(0.02)) giveMinutes(this.#economy, 1);
      if (dice.chance(0.05)) this.#answer(this.#answered);
      return;
    }
    if (this.#signs.chance(0.5)) noteAttention(this.#economy, open.id, this.#signs.pick(['shown', 'acted']));
    if (dice.chance(0.6)) this.#answer(open.id);
    else if (dice.chance(0.3)) this.#ignored = open.id;
    if (dice.chance(0.05)) this.#answer(open.id + 1);
    if (dice.chance(0.1)) this.#answer(open.id);
  }

  /** Answers what is open and nothing else. */
  lookWell(): void {
    welcomeHuman(this.#economy);
    if (spentNow(this.#economy) !== null) giveMinutes(this.#economy, 60);
    const open = openPrompt(this.#economy);
    if (open) this.#answer(open.id);
  }

  #answer(promptId: number): void {
    const dice = this.#dice;
    this.#answered = promptId;
    if (dice.chance(0.2)) skipPrompt(this.#economy, promptId);
    else {
      const mark = () => dice.whole(0, 10);
      const scores = { interesting: mark(), useful: mark(), understandable: mark() };
      scorePrompt(this.#economy, promptId, scores, dice.chance(0.3) ? 'because' : null);
    }
  }
}
