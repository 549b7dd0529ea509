import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RULES } from '../../src/simulation/scenario/strategies/genesis/rules.ts';
import {
  expectedOf,
  kindAt,
  learnt,
  secondsUntilWorth,
} from '../../src/simulation/scenario/strategies/genesis/taste.ts';
import { PYTHON } from '../helpers/python.ts';

const GENESIS = fileURLToPath(new URL('../../runtime/genesis/', import.meta.url));
const PROGRAM = `
import json, math, sys
import taste
rules = json.load(open("rules.json"))
answers = []
for appeal, seen, hope, seconds, reward, cost in json.load(sys.stdin):
    kind = taste.kind_at(rules, {"appeal": appeal, "seen": seen, "at": 0}, hope, seconds)
    after = taste.learnt(rules, kind, reward)
    wait = taste.seconds_until_worth(rules, after, cost)
    answers.append([taste.expected(rules, kind), after["appeal"], after["seen"], None if math.isinf(wait) else wait])
json.dump(answers, sys.stdout)
`;

test('genesis in simulation and the one that runs value letters alike', () => {
  const amount = fc.double({ min: 0.01, max: 10_000, noNaN: true });
  const seen = fc.double({ min: 0, max: 50, noNaN: true });
  const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
  const cases = fc.sample(fc.tuple(amount, seen, amount, seconds, amount, amount), 500);
  const input = JSON.stringify(cases);
  const answer = execFileSync(PYTHON, ['-B', '-c', PROGRAM], { cwd: GENESIS, input, encoding: 'utf8' });
  const program = JSON.parse(answer) as readonly (number | null)[][];
  expect(program).toHaveLength(cases.length);
  for (const [place, [appeal, remembered, hope, now, reward, cost]] of cases.entries()) {
    const kind = kindAt({ appeal, seen: remembered, at: 0 }, hope, now);
    const after = learnt(kind, reward);
    const wait = secondsUntilWorth(after, cost);
    const own = [expectedOf(kind), after.appeal, after.seen, Number.isFinite(wait) ? wait : null];
    for (const [field, value] of own.entries()) {
      const other = program[place]?.[field] ?? null;
      if (value === null || other === null) expect(other).toBe(value);
      else expect(Math.abs(other - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
    }
  }
});

test('the kinds of no two fields are the same, and the first field can always be written in', () => {
  const kinds = Object.values(RULES.fields).flat();
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(Object.keys(RULES.fields)[0]).toBe('economy');
});
