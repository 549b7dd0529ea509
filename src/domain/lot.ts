const PARTS_PER_MILLION = 1_000_000;

/** How many allocations of attention must lie between two lots, so that no more than this share of all are lots. */
export function allocationsBetween(share: number): number {
  return Math.ceil(PARTS_PER_MILLION / Math.round(share * PARTS_PER_MILLION)) - 1;
}

/** One of these, each as likely as the others to within 2⁻⁵⁰ for as many as 16,000; by 8 random bytes. There must be one. */
export function drawn<T>(among: readonly T[], bytes: Uint8Array): T {
  const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const one = among[Number((number * BigInt(among.length)) >> BigInt(8 * bytes.length))];
  if (one === undefined) throw new Error('nothing to draw from');
  return one;
}
