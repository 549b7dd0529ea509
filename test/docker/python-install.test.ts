import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bring, GREETS, Installing, printedOf } from '../helpers/installing.ts';
import { exitOf, until } from '../helpers/program.ts';
import { setVariables } from '../helpers/surroundings.ts';

let at: Installing;
beforeAll(async () => {
  at = await Installing.open();
});
afterAll(() => at.close());
afterEach(() => at.closeHomes());

it('installs what requirements.txt pins, from an index that the configuration names before any variable', async () => {
  const place = at.home(`packages.python_index=${at.registry.index}`);
  const wheel = await (await fetch(`${at.registry.url}/files/greeting-2.1.3-py3-none-any.whl`)).arrayBuffer();
  const hash = createHash('sha256').update(Buffer.from(wheel)).digest('hex');
  const pinned = (digest: string) => `greeting==2.1.3 --hash=sha256:${digest}\n`;
  const putBack = setVariables({ PIP_INDEX_URL: 'http://127.0.0.1:1/' });
  try {
    // The other tools' pyproject.toml is passed over.
    const files = { 'main.py': GREETS, 'pyproject.toml': '[tool.ruff]\n' };
    await bring(place, 'pinned', { ...files, 'requirements.txt': pinned(hash) });
    await bring(place, 'other', { ...files, 'requirements.txt': pinned('0'.repeat(64)) });
    const { status, stdout, stderr } = await place.within('agent', 'install', 'pinned');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('pip install --requirement requirements.txt --only-binary :all:');
    expect(stdout).toContain('pyproject.toml is passed over');
    const other = await place.within('agent', 'install', 'other');
    expect(other.stderr).toContain('(install_mismatch)');
    const printed = await printedOf(place);
    expect(printed['pinned']).toContain('hello you /workspace/.venv');
    expect(printed['other']).toContain('No module named');
  } finally {
    putBack();
  }
});

it('lets Poetry ask the configured index in place of PyPI', async () => {
  const place = at.home(`packages.python_index=${at.registry.index}`);
  const manifest =
    '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\ngreeting = "2.1.3"\n';
  await bring(place, 'poet', { 'main.py': GREETS, 'pyproject.toml': manifest });
  const { status, stdout, stderr } = await place.within('agent', 'install', 'poet');
  expect(status, stdout + stderr).toBe(0);
  expect((await printedOf(place))['poet']).toContain('hello you /workspace/.venv');
});

it('takes wheels from a folder and asks nobody else', async () => {
  const place = at.home('packages.wheels=wheels');
  const wheels = join(place.directory, 'wheels');
  await bring(place, 'offline', { 'main.py': GREETS, 'requirements.txt': 'greeting\n' });
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('is not a folder');
  mkdirSync(wheels);
  chmodSync(wheels, 0o700);
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('must be readable by all');
  chmodSync(wheels, 0o755);
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('(install_not_found)');
  const name = 'greeting-2.1.3-py3-none-any.whl';
  const wheel = await (await fetch(`${at.registry.url}/files/${name}`)).arrayBuffer();
  writeFileSync(join(wheels, name), Buffer.from(wheel), { mode: 0o644 });
  const { status, stdout, stderr } = await place.within('agent', 'install', 'offline');
  expect(status, stdout + stderr).toBe(0);
  expect((await printedOf(place))['offline']).toContain('hello you /workspace/.venv');
});

it('shows nobody the password in an address, and leaves it nowhere', async () => {
  const place = at.home();
  const withPassword = (url: string) => url.replace('http://', 'http://somebody:s3cr%40t@');
  const putBack = setVariables({
    PIP_INDEX_URL: withPassword(at.registry.index),
    npm_config_registry: withPassword(at.registry.url),
  });
  try {
    const requirements = { 'main.py': GREETS, 'requirements.txt': 'greeting\n' };
    await bring(place, 'both', { ...requirements, 'package.json': '{"dependencies": {"greeting": "2.1.3"}}' });
    await bring(place, 'wrong', { ...requirements, 'requirements.txt': 'nothing-here\n' });
    const said = [await place.within('agent', 'install', 'both'), await place.within('agent', 'install', 'wrong')];
    expect(said.map(({ status }) => status)).toEqual([0, 1]);
    expect(at.registry.credentials).toContain('somebody:s3cr@t');
    await printedOf(place);
    expect(JSON.stringify(said)).not.toMatch(/s3cr(@|%40)t/);
    const left = spawnSync('grep', ['-rlE', 's3cr(@|%40)t', place.directory], { encoding: 'utf8' });
    expect(left).toMatchObject({ status: 1, stdout: '' });
  } finally {
    putBack();
  }
  const refused = await place.within('config', '--set', `packages.python_index=${withPassword(at.registry.index)}`);
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain('without user and password');
  expect(refused.stderr).not.toContain('s3cr');
});

it('leaves what was there where it fails or is killed', async () => {
  const place = at.home(`packages.python_index=${at.registry.index}`);
  await bring(place, 'agent', { 'main.py': GREETS, 'requirements.txt': 'greeting\n' });
  expect(await place.within('agent', 'install', 'agent')).toMatchObject({ status: 0 });
  expect((await printedOf(place))['agent']).toContain('hello you');
  const workspace = join(place.directory, 'workspaces', 'agent-agent');
  const has = () => readdirSync(join(workspace, '.venv', 'lib', 'python3.13', 'site-packages'));
  const files = has();
  expect(files).toContain('greeting.py');

  writeFileSync(join(workspace, 'requirements.txt'), 'greeting\nnothing-here\n');
  expect((await place.within('agent', 'install', 'agent', '--again')).stderr).toContain('(install_not_found)');
  expect(has()).toEqual(files);

  writeFileSync(join(workspace, 'requirements.txt'), 'greeting\nsilent\n');
  const installs = join(place.directory, 'workspaces', '.installs');
  const killed = place.start('agent', 'install', 'agent', '--again');
  await until(
    () => Promise.resolve(readdirSync(installs)),
    (names) => names.includes('agent-agent.work') && readdirSync(join(installs, 'agent-agent.work')).includes('tree'),
  );
  killed.kill('SIGKILL');
  await exitOf(killed);
  expect(has()).toEqual(files);
  expect(readFileSync(join(workspace, 'main.py'), 'utf8')).toBe(GREETS);
  writeFileSync(join(workspace, 'requirements.txt'), 'greeting\n');
  expect(await place.within('agent', 'install', 'agent', '--again')).toMatchObject({ status: 0 });
  expect(readdirSync(installs)).toEqual(['agent-agent.ready']);
});
