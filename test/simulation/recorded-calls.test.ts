import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Dice } from '../../src/simulation/dice.ts';
import { RecordedCalls } from '../../src/simulation/recorded-calls.ts';
import { simulate } from '../../src/simulation/simulation.ts';

const directory = mkdtempSync(join(tmpdir(), 'bp-recorded-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A cassette of chats, each with what it is reported to have used. */
function cassette(name: string, used: readonly (readonly [input: number, output: number])[], end = 'whole'): string {
  const lines = used.map(([prompt_tokens, completion_tokens], place) =>
    JSON.stringify({
      ...{ key: `call ${place % 2}`, kind: 'openai', path: '/chat/completions', status: 200, headers: {}, end },
      body: JSON.stringify({ choices: [], usage: { prompt_tokens, completion_tokens } }),
    }),
  );
  const path = join(directory, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('calls out of a cassette', () => {
  it('get the answers to one of its calls in their order, then the last one again', () => {
    const calls = new RecordedCalls(
      cassette('order.jsonl', [
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    );
    const dice = new Dice('order');
    const outputs = Array.from({ length: 40 }, () => calls.next(dice).usage?.output);
    calls.close();
    expect(outputs.filter((output) => output === 10)).toHaveLength(1);
    expect(new Set(outputs)).toEqual(new Set([10, 20, 30]));
  });

  it('are none where it holds no answer', () => {
    expect(() => new RecordedCalls(cassette('empty.jsonl', []))).toThrow('it holds no answer');
  });

  it('are what the agents of a simulation use: the same each time, and another life with another cassette', async () => {
    // A trial in which tokens are sold.
    const [seed, cycles] = ['c', 150];
    const small = cassette('small.jsonl', [
      [5, 1],
      [7, 2],
    ]);
    const large = cassette(
      'large.jsonl',
      [
        [200, 100],
        [300, 90],
      ],
      'broke_off',
    );
    const reports = [];
    for (const path of [small, small, large, undefined]) {
      const report = await simulate({ seed, cycles, cassette: path });
      expect(report.finding).toBeUndefined();
      reports.push(report);
    }
    const [first, again, other, madeUp] = reports;
    expect(again).toEqual(first);
    expect(new Set(reports.map(({ head }) => head)).size).toBe(3);
    const { answers, input, output } = first!.recorded!;
    expect(answers).toBeGreaterThan(10);
    expect(input).toBeLessThanOrEqual(7 * answers);
    expect(output).toBeLessThanOrEqual(2 * answers);
    expect(other!.recorded!.input).toBeGreaterThanOrEqual(200 * other!.recorded!.answers);
    expect(madeUp!.recorded).toBeUndefined();
  });
});
