import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

// That nothing of an execution is left with the engine is in contract.test.ts; here is what is left on this machine's disk.

const QUICK = 'print("done")\n';
let home: TestHome;

beforeEach(async () => {
  home = await openTestHome();
});
afterEach(async () => {
  await home.close();
});

describe('what is left in the home', () => {
  it('by a discard are the files of the agent and what it printed', async () => {
    await home.run({ executionId: 'exe_1', files: python(QUICK) });
    await home.sandbox.discard('exe_1');
    expect(readdirSync(join(home.path, '.bp-agents')).sort()).toEqual(
      process.getuid!() === 0 ? ['logs', 'volumes'] : ['logs'],
    );
    expect(readFileSync(join(home.workspace(), 'main.py'), 'utf8')).toBe(QUICK);
    expect(home.output('exe_1')).toBe('done\n');
  });

  it('by a sweep are the same, and nothing half-written', async () => {
    await home.run({ executionId: 'exe_1', files: python(QUICK) });
    mkdirSync(join(home.path, 'workspaces', '.probe-old'));
    mkdirSync(join(home.path, 'workspaces', '.staging'), { recursive: true });
    writeFileSync(join(home.path, 'workspaces', '.staging', 'exe_4.0'), 'half a file');
    await home.sandbox.sweep(new Set(), NEVER);
    expect(readdirSync(join(home.path, 'workspaces')).sort()).toEqual(['.staging', 'agent-a']);
    expect(readdirSync(join(home.path, 'workspaces', '.staging'))).toEqual([]);
    expect(home.output('exe_1')).toBe('done\n');
  });

  it('by a check is nothing at all', async () => {
    await home.sandbox.check(NEVER);
    expect(readdirSync(join(home.path, 'workspaces'))).toEqual(process.getuid!() === 0 ? [] : ['.staging']);
    expect(existsSync(join(home.path, '.bp-agents', 'volumes'))).toBe(false);
    expect(existsSync(join(home.path, '.bp-agents', 'logs'))).toBe(false);
  });
});
