import { accept, type Result } from '../domain/refusal.ts';

/** The result with its value turned into the answer's body; a refusal stays as it is. */
export function mapped<T, U>(result: Result<T>, view: (value: T) => U): Result<U> {
  return result.ok ? accept(view(result.value)) : result;
}
