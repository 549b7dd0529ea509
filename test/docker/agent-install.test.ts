import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startPackageRegistry, type PackageRegistry } from '../helpers/package-registry.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

let registry: PackageRegistry;
beforeAll(async () => {
  registry = await startPackageRegistry('greeting', '2.1.3', "module.exports = (name) => 'hello ' + name;\n");
  process.env['npm_config_registry'] = registry.url;
});
afterAll(async () => {
  delete process.env['npm_config_registry'];
  await registry.close();
});

const homes: ProgramHome[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) home.close();
});
function home(...settings: readonly string[]): ProgramHome {
  const made = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', ...settings]);
  homes.push(made);
  return made;
}

async function bring(place: ProgramHome, id: string, files: Readonly<Record<string, string>>): Promise<void> {
  const bundle = 'cpu_seconds=4,memory_mb=256,tokens=0,attention=0';
  const from = place.agentFolder(id, files);
  expect(await place.within('bootstrap', '--id', id, '--from', from, '--bundle', bundle)).toMatchObject({ status: 0 });
}

const MANIFEST = JSON.stringify({
  type: 'module',
  dependencies: { greeting: '2.1.3' },
  scripts: { postinstall: 'touch ran' },
});

it('installs what an agent needs before it ever runs, and it runs with that without a network', async () => {
  const place = home();
  await bring(place, 'node', {
    'package.json': MANIFEST,
    'main.js':
      "import greet from 'greeting';\nimport { existsSync, statSync } from 'node:fs';\n" +
      "console.log(greet('you'), existsSync('ran'), statSync('node_modules/greeting').uid === process.getuid());",
  });
  await bring(place, 'python', {
    'pyproject.toml':
      '[tool.poetry]\nname = "a"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.11"\n',
    'main.py': 'import sys\nprint(sys.prefix)\n',
  });
  const installed = await place.json<{ commands: string[]; size: { files: number } }>('agent', 'install', 'node');
  expect(installed).toMatchObject({ agent_id: 'node', commands: ['npm install --omit=dev --ignore-scripts'] });
  expect(installed.size.files).toBeGreaterThan(3);
  const { status, stdout } = await place.within('agent', 'install', 'python');
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/installed for python: its workspace will have \d+ of 512 MB/);

  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  const executions = await place.json<{ id: string; agent_id: string; outcome: string }[]>('executions');
  const printed: Record<string, string> = {};
  for (const { id, agent_id: agent, outcome } of executions) {
    const { stdout: log } = await place.within('logs', id);
    expect(outcome, log).toBe('completed');
    printed[agent] = log;
  }
  expect(printed['node']).toContain('hello you false true');
  expect(printed['python']).toContain('/workspace/.venv');
  const again = await place.within('agent', 'install', 'node');
  expect(again).toMatchObject({ status: 2 });
  expect(again.stderr).toContain('node has run');
  expect(await place.within('agent', 'install', 'node', '--again')).toMatchObject({ status: 0 });
});

it('says what is wrong, and leaves no container', async () => {
  const place = home();
  await bring(place, 'bare', { 'main.py': '' });
  await bring(place, 'wrong', { 'main.js': '', 'package.json': '{"dependencies": {"greeting": "99.99.99"}}' });
  expect((await place.within('agent', 'install', 'bare')).stderr).toContain(
    'bare has neither package.json, requirements.txt nor pyproject.toml',
  );
  const failed = await place.within('agent', 'install', 'wrong');
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.stdout).toContain('greeting@99.99.99');
  expect(failed.stderr).toContain(
    'npm install --omit=dev --ignore-scripts ended with status 1: there is no such package or version',
  );
  expect(failed.stderr).toContain('(install_not_found)');
  expect((await place.within('agent', 'install', 'nobody')).stderr).toContain('there is no agent nobody');
  // A name that is taken would stop the second try.
  expect((await place.within('agent', 'install', 'wrong')).stderr).toContain('ended with status 1');
});

/** Containers of an installation that run, by their ids. */
function installing(): string[] {
  const found = execFileSync('docker', ['ps', '--quiet', '--filter', 'name=-install-'], { encoding: 'utf8' });
  return found.split('\n').filter((id) => id !== '');
}

it('ends with the program, however that ends, and the next one removes what is left of it', async () => {
  const place = home();
  await bring(place, 'stuck', { 'package.json': '{"dependencies": {"silent": "1.0.0"}}', 'main.js': '' });
  await bring(place, 'node', { 'package.json': MANIFEST, 'main.js': '' });
  const others = installing();
  const own = () => installing().filter((id) => !others.includes(id));
  const killed = place.start('agent', 'install', 'stuck');
  await until(
    () => Promise.resolve(own()),
    (found) => found.length > 0,
  );
  const [container] = own();
  killed.kill('SIGKILL');
  await exitOf(killed);
  await until(
    () => Promise.resolve(own()),
    (found) => found.length === 0,
  );
  const known = () => execFileSync('docker', ['ps', '--all', '--quiet'], { encoding: 'utf8' });
  expect(known()).toContain(container);
  expect(await place.json('agent', 'install', 'node')).toMatchObject({ agent_id: 'node' });
  expect(known()).not.toContain(container);
});

/** Runs what is there once, and gives what each agent printed. */
async function printedOf(place: ProgramHome): Promise<Record<string, string>> {
  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  const printed: Record<string, string> = {};
  for (const { id, agent_id: agent } of await place.json<{ id: string; agent_id: string }[]>('executions'))
    printed[agent] = (await place.within('logs', id)).stdout;
  return printed;
}

const GREETS = 'import sys\nfrom greeting import greet\nprint(greet("you"), sys.prefix)\n';

it('installs what requirements.txt pins, from an index that the configuration names before any variable', async () => {
  const place = home(`packages.python_index=${registry.index}`);
  const wheel = await (await fetch(`${registry.url}/files/greeting-2.1.3-py3-none-any.whl`)).arrayBuffer();
  const hash = createHash('sha256').update(Buffer.from(wheel)).digest('hex');
  const pinned = (digest: string) => `greeting==2.1.3 --hash=sha256:${digest}\n`;
  process.env['PIP_INDEX_URL'] = 'http://127.0.0.1:1/';
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
    delete process.env['PIP_INDEX_URL'];
  }
});

it('lets Poetry ask the configured index in place of PyPI', async () => {
  const place = home(`packages.python_index=${registry.index}`);
  const manifest =
    '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\ngreeting = "2.1.3"\n';
  await bring(place, 'poet', { 'main.py': GREETS, 'pyproject.toml': manifest });
  const { status, stdout, stderr } = await place.within('agent', 'install', 'poet');
  expect(status, stdout + stderr).toBe(0);
  expect((await printedOf(place))['poet']).toContain('hello you /workspace/.venv');
});

it('takes wheels from a folder and asks nobody else', async () => {
  const place = home('packages.wheels=wheels');
  const wheels = join(place.directory, 'wheels');
  await bring(place, 'offline', { 'main.py': GREETS, 'requirements.txt': 'greeting\n' });
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('is not a folder');
  mkdirSync(wheels);
  chmodSync(wheels, 0o700);
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('must be readable by all');
  chmodSync(wheels, 0o755);
  expect((await place.within('agent', 'install', 'offline')).stderr).toContain('(install_not_found)');
  const name = 'greeting-2.1.3-py3-none-any.whl';
  const wheel = await (await fetch(`${registry.url}/files/${name}`)).arrayBuffer();
  writeFileSync(join(wheels, name), Buffer.from(wheel), { mode: 0o644 });
  const { status, stdout, stderr } = await place.within('agent', 'install', 'offline');
  expect(status, stdout + stderr).toBe(0);
  expect((await printedOf(place))['offline']).toContain('hello you /workspace/.venv');
});

it('calls a network that fails a network that fails, and a package that must be built one', async () => {
  const place = home();
  const manifest = { 'package.json': '{"dependencies": {"greeting": "2.1.3"}}', '.npmrc': 'fetch-retries=0\n' };
  await bring(place, 'node', { 'main.js': '', ...manifest });
  await bring(place, 'pip', { 'main.py': '', 'requirements.txt': 'greeting\n' });
  await bring(place, 'built', { 'main.py': '', 'requirements.txt': 'built\n' });
  const failure = async (id: string, ...settings: readonly string[]) =>
    (await place.within('agent', 'install', id, ...settings.flatMap((setting) => ['--set', setting]))).stderr;
  const refused = 'http://127.0.0.1:1';
  expect(await failure('node', `packages.npm_registry=${registry.url}/fails/503`)).toMatch(/503.*\(install_network\)/);
  expect(await failure('node', `packages.npm_registry=${registry.url}/fails/407`)).toContain('wants other credentials');
  expect(await failure('pip', `packages.python_index=${refused}`)).toMatch(/the network failed.*\(install_network\)/);
  expect(await failure('pip', `packages.python_index=${registry.url}/fails/503`)).toContain('the network failed');
  expect(await failure('pip', `packages.python_index=${registry.url}/fails/401`)).toContain('wants other credentials');
  expect(await failure('built', `packages.python_index=${registry.index}`)).toContain('needs --scripts');
});

it('shows nobody the password in an address, and leaves it nowhere', async () => {
  const place = home();
  const withPassword = (url: string) => url.replace('http://', 'http://somebody:s3cr%40t@');
  const variables = { PIP_INDEX_URL: withPassword(registry.index), npm_config_registry: withPassword(registry.url) };
  const before = process.env['npm_config_registry'];
  Object.assign(process.env, variables);
  try {
    const requirements = { 'main.py': GREETS, 'requirements.txt': 'greeting\n' };
    await bring(place, 'both', { ...requirements, 'package.json': '{"dependencies": {"greeting": "2.1.3"}}' });
    await bring(place, 'wrong', { ...requirements, 'requirements.txt': 'nothing-here\n' });
    const said = [await place.within('agent', 'install', 'both'), await place.within('agent', 'install', 'wrong')];
    expect(said.map(({ status }) => status)).toEqual([0, 1]);
    expect(registry.credentials).toContain('somebody:s3cr@t');
    await printedOf(place);
    expect(JSON.stringify(said)).not.toMatch(/s3cr(@|%40)t/);
    const left = spawnSync('grep', ['-rlE', 's3cr(@|%40)t', place.directory], { encoding: 'utf8' });
    expect(left).toMatchObject({ status: 1, stdout: '' });
  } finally {
    delete process.env['PIP_INDEX_URL'];
    process.env['npm_config_registry'] = before;
  }
  const refused = await place.within('config', '--set', `packages.python_index=${withPassword(registry.index)}`);
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain('without user and password');
  expect(refused.stderr).not.toContain('s3cr');
});

it('leaves what was there where it fails or is killed', async () => {
  const place = home(`packages.python_index=${registry.index}`);
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

it('installs while a run goes on: the agent rests, and lives on with what was installed', async () => {
  const place = home(`packages.python_index=${registry.index}`, 'market.ttl_seconds=500');
  // Lives on whether it finds the package or not.
  const again =
    "import json, urllib.request\nenv = json.load(open('env.json'))\n" +
    "body = json.dumps({'bundle': {'cpu_seconds': 1, 'memory_mb': 64, 'tokens': 0, 'attention': 0}, 'amount': 10})\n" +
    "urllib.request.urlopen(urllib.request.Request(env['service_url'] + '/market/bid', body.encode(), " +
    "{'authorization': 'Bearer ' + env['execution_token'], 'content-type': 'application/json'}))\n";
  await bring(place, 'living', { 'main.py': again + GREETS, 'requirements.txt': 'greeting\n' });
  expect(await place.json('agent', 'living')).toMatchObject({ needs_install: true, installing: false });
  const run = place.start('run', '--headless');
  try {
    const executions = () => place.json<{ id: string; outcome: string }[]>('executions', '--limit', '3');
    await until(executions, (found) => found.some(({ outcome }) => outcome === 'agent_error'));
    const { status, stdout, stderr } = await place.within('agent', 'install', 'living', '--again');
    expect(status, stdout + stderr).toBe(0);
    await until(executions, (found) => found.some(({ outcome }) => outcome === 'completed'));
    const bids = await place.json<{ id: string }[]>('bids', '--limit', '50');
    const reasons = await Promise.all(bids.map(({ id }) => place.within('bids', id)));
    expect(reasons.map((bid) => bid.stdout).join()).toContain('rests while its packages are installed');
    expect(await place.json('agent', 'living')).toMatchObject({ needs_install: false, installing: false });
  } finally {
    run.kill('SIGTERM');
    await exitOf(run);
  }
});
