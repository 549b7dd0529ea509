import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceLine, stderrSpans, type OutputSource } from '../../src/domain/output-source.ts';

describe('the sources of an output', () => {
  it('are what was noted where they change', () => {
    const notes = sourceLine(0, 'stderr') + sourceLine(5, 'stdout') + sourceLine(9, 'stderr');
    expect(stderrSpans(notes, 20)).toEqual([
      { from: 0, upTo: 5 },
      { from: 9, upTo: 20 },
    ]);
  });

  it('end with the output, also where it was noted before it came, and say no more than once', () => {
    expect(stderrSpans('3 stderr\n3 stderr\n30 stdout\n30 stderr\n', 10)).toEqual([{ from: 3, upTo: 10 }]);
    expect(stderrSpans('5 stderr\n8 stdout\n5 stderr\n8 stdout\n', 10)).toEqual([{ from: 5, upTo: 8 }]);
  });

  it('are none where nothing makes sense', () => {
    expect(stderrSpans('', 10)).toEqual([]);
    expect(stderrSpans('x stderr\n-1 stderr\n1e3 stderr\n5 elsewhere\n', 10)).toEqual([]);
  });

  it('are in order and apart, whatever stands there', () => {
    const note = fc.tuple(fc.nat(50), fc.constantFrom<OutputSource>('stdout', 'stderr'));
    fc.assert(
      fc.property(fc.array(note), fc.nat(40), (notes, bytes) => {
        let at = 0;
        for (const { from, upTo } of stderrSpans(notes.map((each) => sourceLine(...each)).join(''), bytes)) {
          expect(from).toBeGreaterThanOrEqual(at);
          expect(upTo).toBeGreaterThan(from);
          at = upTo;
        }
        expect(at).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});
