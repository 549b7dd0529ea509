/** Stops asking a provider that keeps failing, and tries with one call after a while whether it works again. */
export class Breaker {
  readonly #failuresMax: number;
  readonly #restMs: number;
  #failures = 0;
  #openUntil = 0;

  constructor({ failuresMax, restMs }: { readonly failuresMax: number; readonly restMs: number }) {
    this.#failuresMax = failuresMax;
    this.#restMs = restMs;
  }

  /** Milliseconds until it may be asked again; 0 where it may be asked now. After a rest one call is let through. */
  restLeft(now: number): number {
    if (this.#failures < this.#failuresMax) return 0;
    if (now < this.#openUntil) return this.#openUntil - now;
    // Whoever comes next waits for how this one goes.
    this.#openUntil = now + this.#restMs;
    return 0;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures++;
    if (this.#failures >= this.#failuresMax) this.#openUntil = now + this.#restMs;
  }
}
