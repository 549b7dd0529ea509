import { NAMED_BY, type GivenAnswer, type NamedBy } from './marks-file.ts';

/** By which names an answer to a letter is looked for. */
export type LetterNames = Readonly<Record<NamedBy, string | null>>;

/**
 * Answers that somebody gave, each for one letter: the next one for this prompt, else for its agent, else for its
 * author's group, else for its title, in the order of the file.
 */
export class MarksBook {
  readonly #lists = new Map<string, { readonly answers: GivenAnswer[]; next: number }>();
  readonly #again: boolean;

  /** With `again` a list that is used up begins anew, but for what names a prompt. */
  constructor(answers: readonly GivenAnswer[], { again }: { readonly again: boolean }) {
    this.#again = again;
    for (const answer of answers) {
      const list = this.#lists.get(keyOf(answer.by, answer.of));
      if (list) list.answers.push(answer);
      else this.#lists.set(keyOf(answer.by, answer.of), { answers: [answer], next: 0 });
    }
  }

  /** Which one it would be; undefined where the file has none. */
  find(letter: LetterNames): GivenAnswer | undefined {
    for (const by of NAMED_BY) {
      const name = letter[by];
      const list = name === null ? undefined : this.#lists.get(keyOf(by, name));
      const answer = list?.answers[list.next];
      if (answer) return answer;
    }
    return undefined;
  }

  /** It was given. */
  use({ by, of }: GivenAnswer): void {
    const list = this.#lists.get(keyOf(by, of));
    if (!list) return;
    list.next += 1;
    if (this.#again && by !== 'prompt' && list.next === list.answers.length) list.next = 0;
  }
}

const keyOf = (by: NamedBy, of: string) => `${by} ${of}`;
