import { expect, it, vi } from 'vitest';
import type * as Module from '../../src/store/model-calls.ts';
import type { ModelCalls } from '../../src/store/model-calls.ts';

const TABLE = '../../src/store/model-calls.ts';

/** Mistakes with calls of models that somebody could make. */
const PLANTS: readonly { readonly name: string; readonly wrong: (right: ModelCalls) => Partial<ModelCalls> }[] = [
  {
    name: 'calls at once get the same tokens',
    wrong: (right) => ({ account: (execution) => ({ ...right.account(execution), reserved: 0 }) }),
  },
  {
    name: 'a call is billed over what it reserved',
    wrong: (right) => ({ end: (call, ended) => right.end(call, { ...ended, billed: call.reserved + 1 }) }),
  },
];

it.each(PLANTS)('the simulation finds that $name', async ({ wrong }) => {
  vi.resetModules();
  vi.doMock(TABLE, async (original) => {
    const { modelCallsTable } = await original<typeof Module>();
    return {
      modelCallsTable: (...args: Parameters<typeof modelCallsTable>) => {
        const right = modelCallsTable(...args);
        return { ...right, ...wrong(right) };
      },
    };
  });
  try {
    const { simulate } = await import('../../src/simulation/simulation.ts');
    let found: string | undefined;
    for (let seed = 1; seed <= 8 && found === undefined; seed++) {
      const { finding } = await simulate({ seed: `p${seed}`, cycles: 250 });
      found = finding && `${finding.rule}: ${finding.detail}`;
    }
    expect(found).toMatch(/than (it bought|was reserved)/);
  } finally {
    vi.doUnmock(TABLE);
    // Or a file that comes after this one in its process would get what has the fault.
    vi.resetModules();
  }
});
