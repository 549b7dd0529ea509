import type { TokenUsage } from '../domain/tokens.ts';
import { openForReplay, type CassetteReader } from '../intelligence/cassette/cassette-file.ts';
import type { AnswerEnd } from '../intelligence/cassette/recorded-answer.ts';
import { recordedUsage } from '../intelligence/cassette/recorded-usage.ts';
import { BpError } from '../platform/errors.ts';
import type { Dice } from './dice.ts';

/** An answer that a model gave once, as far as a market is concerned. */
export interface RecordedCall {
  readonly end: AnswerEnd;
  /** Undefined where the provider reported nothing. */
  readonly usage: TokenUsage | undefined;
}

/** How many answers were given, and the tokens that their provider reported of them. */
export type GivenAnswers = Readonly<RecordedCalls['given']>;

/** A cassette as made-up agents meet it: each of their calls is one of those that were recorded. */
export class RecordedCalls {
  readonly #reader: CassetteReader;
  readonly #keys: readonly string[];
  readonly given = { answers: 0, input: 0, output: 0 };

  /** Throws `BpError` `cassette_unusable`. */
  constructor(path: string) {
    this.#reader = openForReplay(path);
    this.#keys = this.#reader.keys;
    if (this.#keys.length > 0) return;
    this.#reader.close();
    throw new BpError('cassette_unusable', `the cassette ${path} can't be used: it holds no answer`);
  }

  /** The next answer to one of the calls, whichever the dice say. */
  next(dice: Dice): RecordedCall {
    const answer = this.#reader.next(dice.pick(this.#keys));
    if (!answer) throw new Error('a cassette was changed while it was read');
    return { end: answer.end, usage: recordedUsage(answer) };
  }

  /** It was given to somebody who had the tokens for it. */
  give({ usage }: RecordedCall): void {
    this.given.answers += 1;
    this.given.input += usage ? usage.input + usage.cached : 0;
    this.given.output += usage?.output ?? 0;
  }

  close(): void {
    this.#reader.close();
  }
}
