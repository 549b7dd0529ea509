import { readFileSync } from 'node:fs';

/**
 * The figures that `runtime/genesis` lives by: its own file, not a copy, so that what is simulated is what runs.
 * `runtime/genesis/README.md` says what each one is.
 */
export const RULES = JSON.parse(
  readFileSync(new URL('../../../../../runtime/genesis/rules.json', import.meta.url), 'utf8'),
) as Rules;

interface Rules {
  /** The kinds of letter of each field; the first is the root's. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly letters: {
    readonly hope: number;
    readonly learning: number;
    readonly tires: number;
    readonly recovery_seconds: number;
    readonly forget_seconds: number;
    readonly worth: number;
    readonly rested: number;
    readonly lives_kept: number;
  };
  readonly bids: {
    readonly letter: number;
    readonly life: number;
    readonly raise: number;
    readonly raise_max: number;
  };
  readonly naps: {
    readonly least_seconds: number;
    readonly most_seconds: number;
    readonly watch_seconds: number;
    readonly runway_seconds: number;
  };
  readonly children: {
    readonly answers_first: number;
    readonly pause_seconds: number;
    readonly letters_kept: number;
    readonly letters_given: number;
    readonly lives_given: number;
    readonly under_cost_max: number;
    readonly letters_own: number;
  };
}
