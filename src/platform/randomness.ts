/** Unpredictable bytes: tokens and made-up ids. A simulation passes a seeded one. */
export interface Randomness {
  bytes(count: number): Uint8Array;
}
