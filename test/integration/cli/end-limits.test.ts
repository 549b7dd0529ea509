import { afterEach, describe, expect, it } from 'vitest';
import type { EnginePort } from '../../../src/cli/cli-deps.ts';
import { EndLimits } from '../../../src/cli/run/end-limits.ts';
import type { ExitLimit } from '../../../src/platform/this-process.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { openTestEconomy } from '../../helpers/economy.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';

// Which limit a run sets itself when; endings.test.ts shows what a process does that has one.

const QUICK = ['--set', 'market.cycle_seconds=0.05', '--set', 'market.supply.cpu_seconds=16'];
const [SETTLING, DONE] = [1, 0];

let home: CliHome;
let limits: ExitLimit[] = [];
afterEach(() => {
  home.remove();
  limits = [];
});

function homeOf(engine: EnginePort): CliHome {
  home = cliHome({ engine, onLimit: (limit) => limits.push(limit) });
  return home;
}
const codes = () => limits.map(({ code }) => code);

describe('the end of a run has its limit', () => {
  it('from an interrupt on that comes while it begins', async () => {
    const engine = instantEngine(liveOn);
    const start: EnginePort['start'] = async (...asked) => {
      market.interrupt();
      await new Promise((resolve) => setImmediate(resolve));
      expect(codes()).toEqual([SETTLING]);
      return engine.start(...asked);
    };
    const market = homeOf({ ...engine, start }).start('run', '--headless', '--bootstrap', ...QUICK);
    expect(await market.ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(market.output).toContain('ending: nothing more is launched');
    expect(codes()).toEqual([SETTLING, SETTLING, DONE]);
  });

  it('when its cycles are over, however much happened in the last one', async () => {
    const economy = homeOf(instantEngine(liveOn)).open();
    for (let number = 1; number <= 400; number++) {
      const id = `agent-${number}`;
      economy.store.accounts.open(id);
      economy.store.agents.insert({
        id,
        parentId: null,
        lineageId: id,
        bornCycle: 0,
        bornRunningMs: 0,
        bornAt: 0,
        madeOf: undefined,
      });
      economy.store.agents.markDormant(id, -1_000_000);
    }
    economy.close();
    const { stdout } = await home.run('run', '--headless', '--cycles', '1', ...QUICK);
    expect(stdout).toMatch(/ended after cycle 1\n$/);
    expect(await home.json('status')).toMatchObject({ agents: { dead: 400 } });
    expect(codes()).toEqual([SETTLING, DONE]);
  });

  it('also where the database does not tell what runs', () => {
    homeOf(instantEngine(liveOn));
    const economy = openTestEconomy();
    economy.close();
    const process = { exitWithin: (limit: ExitLimit) => limits.push(limit) };
    new EndLimits({ process }, { config: economy.config, economy }).settling();
    expect(limits).toMatchObject([{ milliseconds: economy.config.ending.failed_ms, code: 1 }]);
  });
});
