import { expect, it } from 'vitest';
import { needsInstall } from '../../src/domain/manifest.ts';

const file = (path: string, content: string) => ({ path, content: Buffer.from(content), executable: false });
const needs = (path: string, content: string) => needsInstall([file('main.py', ''), file(path, content)]);

it.each([
  ['package.json', '{"dependencies": {"a": "1"}}', true],
  ['package.json', '{"type": "module", "dependencies": {}}', false],
  ['package.json', '{"dependencies": ', false],
  ['package.json', '[]', false],
  ['package.json', 'null', false],
  ['requirements.txt', 'requests==2.32\n', true],
  ['requirements.txt', '-e ./lib\n# only this\n\n', false],
  ['pyproject.toml', '[project]\nname = "a"\ndependencies = [\n  # why\n  "requests",\n]\n', true],
  ['pyproject.toml', '[project]\ndependencies = []\n[tool.ruff]\nline-length = 100\n', false],
  ['pyproject.toml', '[tool.poetry.dependencies]\npython = "^3.11"\n[tool.other]\na = 1\n', false],
  ['pyproject.toml', '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "*"\n', true],
  ['lib/package.json', '{"dependencies": {"a": "1"}}', false],
])('%s with %j needs an installation: %j', (path, content, expected) => {
  expect(needs(path, content)).toBe(expected);
});

it('takes no time over a manifest that is made to take it', () => {
  const began = process.cpuUsage().user;
  needs('pyproject.toml', `dependencies = [${' #x\n'.repeat(100_000)}`);
  needs('requirements.txt', `${' '.repeat(1_000_000)}#`);
  expect(process.cpuUsage().user - began).toBeLessThan(5_000_000);
});
