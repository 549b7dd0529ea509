import type { CallMessages } from './call-messages.ts';

/** Characters of all that is kept. */
const CHARS_MAX = 16_777_216;

/** What calls said, until the trace of their execution is made. Of too much the executions asked first lose theirs. */
export class CallTexts {
  readonly #charsMax: number;
  readonly #kept = new Map<number, Map<number, CallMessages>>();
  #chars = 0;

  constructor(charsMax = CHARS_MAX) {
    this.#charsMax = charsMax;
  }

  put(executionId: number, callId: number, messages: CallMessages): void {
    const calls = this.#kept.get(executionId) ?? new Map<number, CallMessages>();
    this.#kept.set(executionId, calls.set(callId, messages));
    this.#chars += charsOf(messages);
    for (const oldest of this.#kept.keys()) {
      if (this.#chars <= this.#charsMax) break;
      this.take(oldest);
    }
  }

  /** By the numbers of the calls. They are kept no longer. */
  take(executionId: number): ReadonlyMap<number, CallMessages> {
    const calls = this.#kept.get(executionId) ?? new Map<number, CallMessages>();
    this.#kept.delete(executionId);
    for (const messages of calls.values()) this.#chars -= charsOf(messages);
    return calls;
  }
}

function charsOf({ input, output }: CallMessages): number {
  return input.length + output.length;
}
