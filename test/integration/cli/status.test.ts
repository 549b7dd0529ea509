import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';

let home: CliHome;
beforeEach(() => {
  home = cliHome({ engine: instantEngine(liveOn) });
});
afterEach(() => home.remove());

const firstLine = async () => (await home.run('status')).stdout.split('\n')[0];

it('says in a home that never ran what to do, until it has run', async () => {
  await home.run('init');
  expect(await firstLine()).toBe(
    'no run has been here yet: bp-agents bootstrap makes genesis, bp-agents run opens the market',
  );
  await home.run('bootstrap');
  expect(await firstLine()).toBe('no run has been here yet: bp-agents run opens the market');
  await home.run('run', '--headless', '--cycles', '1', '--set', 'market.cycle_seconds=0.02');
  expect(await firstLine()).toBe('cycle 1');
});
