import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';

let home: CliHome;
beforeEach(() => {
  home = cliHome();
});
afterEach(() => home.remove());

const path = (...parts: readonly string[]) => join(home.directory, ...parts);

describe('a folder of an agent', () => {
  it('is no home, whatever the agent has written there', async () => {
    await home.run('init');
    const folder = path('workspaces', 'eve', 'deep');
    mkdirSync(join(folder, '.bp-agents'), { recursive: true });
    for (const place of [path('workspaces', 'eve'), folder]) {
      writeFileSync(join(place, 'bp-agents.yaml'), `notify:\n  command: [touch, ${path('called')}]\n`);
      for (const command of [['run', '--headless'], ['doctor'], ['init'], ['status'], ['service']]) {
        const { exitCode, stdout, stderr } = await home.run('--home', place, ...command);
        expect({ exitCode, stdout, stderr }).toEqual({
          ...{ exitCode: 2, stdout: '' },
          stderr: expect.stringContaining(`this folder is for agents of ${home.directory}`) as string,
        });
      }
    }
    expect(existsSync(path('workspaces', 'eve', '.bp-agents'))).toBe(false);
    expect((await home.run('--home', path('.'), 'status')).exitCode).toBe(0);
  });

  it('may be called workspaces where no economy is above it', async () => {
    mkdirSync(path('workspaces', 'mine'), { recursive: true });
    expect(await home.run('--home', path('workspaces', 'mine'), 'init')).toMatchObject({ exitCode: 0 });
  });
});
