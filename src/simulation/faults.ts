import type { Dice } from './dice.ts';

/** What can go wrong, with the probability of each where it can happen. */
export const FAULTS = {
  /** The orchestrator dies at one of its steps. */
  crash: 0.0012,
  /** A write is refused before it began: the disk is full. */
  write_refused: 0.0002,
  /** The same for once: another process holds the database. */
  database_locked: 0.0004,
  /** The operator presses Ctrl-C, once a cycle. */
  interrupted: 0.005,
  /** The engine stops answering for a while, once a cycle. */
  engine_down: 0.004,
  /** A call to the engine is answered only after a minute, if at all. */
  engine_hangs: 0.002,
  /** Nothing answers when what ran is to be taken over. */
  adopt_unanswered: 0.1,
  prepare_fails: 0.02,
  workspace_fails: 0.01,
  prepare_hangs: 0.003,
  /** Gone before the agent began. */
  start_fails: 0.01,
  /** Somebody removes the container. */
  vanishes: 0.02,
  /** The machine starts anew with the orchestrator: no container runs on. */
  reboot: 0.05,
  /** The end is heard of late. */
  end_late: 0.02,
  clean_up_fails: 0.01,
  request_lost: 0.02,
  answer_lost: 0.02,
  /** The wall clock is set wrong, once a cycle. */
  clock_jumps: 0.003,
} as const;

export type Fault = keyof typeof FAULTS;

/** Says when something goes wrong, until all faults stop. */
export class Faults {
  readonly #dice: Readonly<Record<Fault, Dice>>;
  #isOver = false;
  /** How often each has happened. */
  readonly counts: Record<Fault, number>;

  constructor(dice: Dice) {
    const names = Object.keys(FAULTS) as Fault[];
    this.#dice = Object.fromEntries(names.map((name) => [name, dice.fork(name)])) as Record<Fault, Dice>;
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Fault, number>;
  }

  /** Whether this goes wrong here and now. */
  strikes(fault: Fault): boolean {
    if (this.#isOver || !this.#dice[fault].chance(FAULTS[fault])) return false;
    this.counts[fault]++;
    return true;
  }

  get over(): boolean {
    return this.#isOver;
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.#isOver = true;
  }
}
