import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  AMOUNT_MAX,
  CREDITS_MAX,
  floorShare,
  formatCredits,
  micro,
  multiply,
  parseCredits,
  subtract,
  toCredits,
} from '../../src/domain/credits.ts';

const amount = fc.integer({ min: 1, max: AMOUNT_MAX }).map(micro);
const small = fc.integer({ min: 0, max: 1_000_000_000 }).map(micro);

describe('credits', () => {
  it('are read as they are written, to the last micro-credit', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseCredits(toCredits(value))).toEqual({ ok: true, value });
        expect(parseCredits(JSON.parse(JSON.stringify(toCredits(value))))).toEqual({ ok: true, value });
        expect(Number(formatCredits(value).replaceAll(',', ''))).toBe(toCredits(value));
      }),
    );
  });

  it('are refused unless they are finite, positive, of six places and within the limit', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const result = parseCredits(value);
        const isAmount = Number.isFinite(value) && value > 0 && value <= CREDITS_MAX;
        if (!isAmount) expect(result.ok).toBe(false);
        // What is taken is the very amount: written in decimal it has at most six places.
        else if (result.ok) expect(result.value / 1_000_000).toBe(value);
        else expect(Number(value.toFixed(6))).not.toBe(value);
      }),
    );
  });

  it('are never taken from anything but a number', () => {
    fc.assert(
      fc.property(
        fc.anything().filter((value) => typeof value !== 'number'),
        (value) => {
          expect(parseCredits(value).ok).toBe(false);
        },
      ),
    );
  });

  it('are added, subtracted, multiplied and shared as whole numbers are', () => {
    fc.assert(
      fc.property(amount, small, fc.integer({ min: 0, max: 1_000_000 }), (much, little, factor) => {
        expect(BigInt(add(much, little, little))).toBe(BigInt(much) + 2n * BigInt(little));
        expect(add(subtract(much, little), little)).toBe(much);
        const product = BigInt(little) * BigInt(factor);
        if (product <= BigInt(Number.MAX_SAFE_INTEGER)) expect(BigInt(multiply(little, factor))).toBe(product);
        else expect(() => multiply(little, factor)).toThrow('not a whole number');
      }),
    );
  });

  it('are never rounded up when a share is given back', () => {
    fc.assert(
      fc.property(amount, amount, amount, (much, part, whole) => {
        const [numerator, denominator] = part <= whole ? [part, whole] : [whole, part];
        const share = BigInt(floorShare(much, numerator, denominator));
        expect(share * BigInt(denominator) <= BigInt(much) * BigInt(numerator)).toBe(true);
        expect((share + 1n) * BigInt(denominator) > BigInt(much) * BigInt(numerator)).toBe(true);
        expect(share <= BigInt(much)).toBe(true);
      }),
    );
  });
});
