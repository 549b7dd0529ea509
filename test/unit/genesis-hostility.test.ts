import { afterEach, describe, expect, test } from 'vitest';
import { GenesisWorkspace } from '../helpers/genesis-workspace.ts';
import { ScriptedEconomy } from '../helpers/scripted-economy.ts';
import type { Script } from '../helpers/scripted-life.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function live(script: Partial<Script> = {}) {
  const workspace = new GenesisWorkspace();
  const economy = new ScriptedEconomy({ credits: 1000, ...script }, workspace.run);
  cleanups.push(
    () => economy.close(),
    () => workspace.remove(),
  );
  await economy.listen();
  economy.bootstrap();
  return { economy, workspace };
}

const logOf = ({ executions }: ScriptedEconomy) => executions.map(({ log }) => log).join('');

/** Answers every open prompt at once. */
function answering(economy: ScriptedEconomy, marks: readonly [number, number, number]) {
  return () => {
    if (economy.openPrompt) economy.score(economy.openPrompt, marks);
  };
}

describe('those who write to it', () => {
  test('get no letter paid by a report that says nothing, and one at most for many at once', async () => {
    const { economy } = await live({ credits: 5000 });
    await economy.turns(40, answering(economy, [5, 5, 5]));
    for (let turn = 0; turn < 4; turn += 1) {
      for (let report = 0; report < 5; report += 1) economy.deliver('genesis-riddles', '{"report": {}}');
      await economy.turns(20, answering(economy, [5, 5, 5]));
    }
    expect(economy.sponsored.length).toBeLessThanOrEqual(1);
  });

  test('are not taken for its child for having its name', async () => {
    const { economy, workspace } = await live({ credits: 5000 });
    economy.refuse = ({ path }) => (path === '/social/spawn' ? { status: 409, code: 'agent_exists' } : undefined);
    await economy.turns(40, answering(economy, [5, 5, 5]));
    expect(logOf(economy)).not.toContain('is my child');
    for (let report = 0; report < 5; report += 1) {
      economy.deliver('genesis-riddles', '{"report": {"reward": 0, "cost": 50}}');
      await economy.turns(20, answering(economy, [5, 5, 5]));
    }
    expect(economy.sponsored).toEqual([]);
    expect(economy.sent.filter(({ to }) => to === 'genesis-riddles')).toHaveLength(0);
    // Nor does it try again for ever.
    expect(Object.keys(workspace.readMemory()['children'] as object).length).toBeGreaterThan(0);
  });
});
