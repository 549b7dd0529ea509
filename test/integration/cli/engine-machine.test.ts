import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { engineMachinePath } from '../../../src/config/home-places.ts';
import type { MachineSize } from '../../../src/platform/machine.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';

const ELSEWHERE = { cores: 3, memoryMb: 2000 };
/** 0.8 of it, for cycles of 0.05 s. */
const SUPPLY = { cpu_seconds: 0.12, memory_mb: 1600 };

let machine: MachineSize | undefined;
let home: CliHome | undefined;

afterEach(() => {
  home?.remove();
});

async function runOnce(): Promise<void> {
  const engine = { ...instantEngine(() => undefined), machine: () => Promise.resolve(machine) };
  home ??= cliHome({ engine });
  const end = await home.run('run', '--headless', '--set', 'market.cycle_seconds=0.05', '--cycles', '1');
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
}

async function supply(): Promise<unknown> {
  const { supply: found } = await home!.json<{ readonly supply: unknown }>(
    'config',
    '--set',
    'market.cycle_seconds=0.05',
  );
  return found;
}

describe('automatic supply', () => {
  it("is of the engine's machine where that is another one, for every command, until it is this one again", async () => {
    machine = ELSEWHERE;
    await runOnce();
    expect(await supply()).toMatchObject(SUPPLY);
    const { markets } = await home!.json<{ readonly markets: object }>('status');
    expect(markets).toMatchObject({ memory_mb: { supply: SUPPLY.memory_mb } });
    machine = undefined;
    await runOnce();
    expect(await supply()).not.toMatchObject(SUPPLY);
  });

  it('is of this machine where what was remembered makes no sense', async () => {
    machine = ELSEWHERE;
    await runOnce();
    for (const text of ['', '{"cores":0,"memoryMb":1}', '[]']) {
      writeFileSync(engineMachinePath(home!.directory), text);
      expect(await supply()).not.toMatchObject(SUPPLY);
    }
  });
});
