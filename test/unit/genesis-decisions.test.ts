import { expect, test } from 'vitest';
import { Dice } from '../../src/simulation/dice.ts';
import { drawSituation } from '../helpers/genesis-situation.ts';
import { wakeProgram, wakeSimulated } from '../helpers/two-geneses.ts';

const SITUATIONS = 300;

// Messages of strangers, models and what a model thinks of are not simulated.
test('genesis in simulation does and remembers what the program does, in some hundred situations', async () => {
  let both = 0;
  const seen = new Set<string>();
  for (let number = 0; number < SITUATIONS; number++) {
    const situation = drawSituation(new Dice(`situation ${number}`));
    const { log, ...program } = await wakeProgram(situation);
    // Whoever can't pay for its usual body tries a smaller one, which the simulated one doesn't have.
    if (log.includes('bid refused')) continue;
    both++;
    for (const { does } of program.deeds) seen.add(does);
    const simulated = await wakeSimulated(situation);
    expect(rounded(simulated), JSON.stringify(situation)).toEqual(rounded(program));
  }
  expect(both).toBeGreaterThan(SITUATIONS * 0.8);
  expect([...seen].sort()).toEqual(['bid', 'pay', 'report', 'show', 'spawn', 'tell', 'withdraw']);
});

/** To a thousandth of a credit: one of them rounds a sum that the other rounds by its parts. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'number' ? Math.round(part * 1000) / 1000 : part,
  );
}
