import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installSteps } from '../../../../src/sandbox/docker/install/install-steps.ts';
import { packageSources, withoutSecrets } from '../../../../src/sandbox/docker/install/package-sources.ts';

const home = mkdtempSync(join(tmpdir(), 'bp-sources-'));
mkdirSync(join(home, 'wheels'), { mode: 0o755 });
afterAll(() => rmSync(home, { recursive: true }));

function toolsFor(...names: readonly string[]) {
  return installSteps((name) => names.includes(name), { scripts: false, poetryIndex: false });
}

it('asks each tool for what its manifest names', () => {
  expect(toolsFor().steps).toEqual([]);
  const { steps, notes } = toolsFor('package.json', 'requirements.txt');
  expect(steps.map(({ told }) => told)).toEqual([
    'npm install --omit=dev --ignore-scripts',
    'pip install --requirement requirements.txt --only-binary :all:',
  ]);
  expect(notes).toEqual([]);
});

it('lets requirements.txt go before a pyproject.toml that Poetry has not locked, and says so', () => {
  const unlocked = toolsFor('pyproject.toml', 'requirements.txt');
  expect(unlocked.steps.map(({ tool }) => tool)).toEqual(['pip']);
  expect(unlocked.notes).toEqual([expect.stringContaining('pyproject.toml is passed over')]);
  const locked = toolsFor('pyproject.toml', 'requirements.txt', 'poetry.lock');
  expect(locked.steps.map(({ tool }) => tool)).toEqual(['poetry']);
  expect(locked.notes).toEqual([expect.stringContaining('requirements.txt is passed over')]);
});

describe('where packages are found', () => {
  const NONE = { python_index: null, wheels: null, npm_registry: null };
  const environment = {
    PIP_INDEX_URL: 'https://me:pass%20word@index.example/simple',
    npm_config_registry: 'https://token@npm.example/',
    HTTPS_PROXY: 'http://proxy.example:3128',
    SECRET: 'x',
  };
  const of = (config: Partial<Record<keyof typeof NONE, string>>) =>
    packageSources({ config: { ...NONE, ...config }, home, environment });

  it('is what the variables say, where the configuration says nothing', () => {
    const { environment: passed, mounts } = of({});
    expect(passed).toEqual(
      Object.entries(environment)
        .slice(0, 3)
        .map(([name, value]) => `${name}=${value}`),
    );
    expect(mounts).toEqual([]);
  });

  it('is what the configuration says before that', () => {
    expect(of({ python_index: 'http://127.0.0.1:8081/simple', npm_registry: 'https://r.example' }).environment).toEqual(
      [
        'HTTPS_PROXY=http://proxy.example:3128',
        'npm_config_registry=https://r.example',
        'PIP_INDEX_URL=http://127.0.0.1:8081/simple',
        'PIP_TRUSTED_HOST=127.0.0.1:8081',
      ],
    );
  });

  it('is a folder of wheels alone, unless an index is configured beside it', () => {
    const { environment: alone, mounts } = of({ wheels: 'wheels' });
    expect(alone).toContain('PIP_NO_INDEX=1');
    expect(alone.join()).not.toContain('index.example');
    expect(mounts).toMatchObject([{ Target: '/opt/wheels', ReadOnly: true }]);
    expect(of({ wheels: 'wheels', python_index: 'https://i.example' }).environment).not.toContain('PIP_NO_INDEX=1');
    expect(() => of({ wheels: 'none' })).toThrow('is not a folder');
  });

  it('is told without users and passwords, however they are written', () => {
    const { secrets } = of({});
    const said = 'Looking in https://me:pass%20word@index.example, pass word, https://token@npm.example';
    expect(withoutSecrets(said, secrets)).toBe('Looking in https://****@index.example, ****, https://****@npm.example');
  });
});
