import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bring, GREETS, Installing } from '../helpers/installing.ts';
import { containersOf, exitOf, until } from '../helpers/program.ts';

let at: Installing;
beforeAll(async () => {
  at = await Installing.open();
});
afterAll(() => at.close());
afterEach(() => at.closeHomes());

const MANIFEST = JSON.stringify({
  type: 'module',
  dependencies: { greeting: '2.1.3' },
  scripts: { postinstall: 'touch ran' },
});

it('installs what an agent needs before it ever runs, and it runs with that without a network', async () => {
  const place = at.home();
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
  const place = at.home();
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

it('ends with the program, however that ends, and the next one removes what is left of it', async () => {
  const place = at.home();
  await bring(place, 'stuck', { 'package.json': '{"dependencies": {"silent": "1.0.0"}}', 'main.js': '' });
  await bring(place, 'node', { 'package.json': MANIFEST, 'main.js': '' });
  const known = () => containersOf(place.directory);
  const installing = () => containersOf(place.directory, 'name=-install-', 'status=running');
  const killed = place.start('agent', 'install', 'stuck');
  await until(
    () => Promise.resolve(installing()),
    (found) => found.length > 0,
  );
  const [container] = installing();
  killed.kill('SIGKILL');
  await exitOf(killed);
  await until(
    () => Promise.resolve(installing()),
    (found) => found.length === 0,
  );
  expect(known()).toContain(container);
  expect(await place.json('agent', 'install', 'node')).toMatchObject({ agent_id: 'node' });
  expect(known()).not.toContain(container);
});

it('calls a network that fails a network that fails, and a package that must be built one', async () => {
  const { url, index } = at.registry;
  const node = {
    'main.js': '',
    'package.json': '{"dependencies": {"greeting": "2.1.3"}}',
    '.npmrc': 'fetch-retries=0\n',
  };
  const pip = { 'main.py': '', 'requirements.txt': 'greeting\n' };
  const built = { 'main.py': '', 'requirements.txt': 'built\n' };
  const failure = async (files: Readonly<Record<string, string>>, setting: string) => {
    const place = at.home(setting);
    await bring(place, 'agent', files);
    return (await place.within('agent', 'install', 'agent')).stderr;
  };
  // Each in a home of its own, at the same time: most of it is pip, which waits before it tries again.
  const said = await Promise.all([
    failure(node, `packages.npm_registry=${url}/fails/503`),
    failure(node, `packages.npm_registry=${url}/fails/407`),
    failure(pip, 'packages.python_index=http://127.0.0.1:1'),
    failure(pip, `packages.python_index=${url}/fails/503`),
    failure(pip, `packages.python_index=${url}/fails/401`),
    failure(built, `packages.python_index=${index}`),
  ]);
  expect(said[0]).toMatch(/503.*\(install_network\)/);
  expect(said[1]).toContain('wants other credentials');
  expect(said[2]).toMatch(/the network failed.*\(install_network\)/);
  expect(said[3]).toContain('the network failed');
  expect(said[4]).toContain('wants other credentials');
  expect(said[5]).toContain('needs --scripts');
});

it('installs while a run goes on: the agent rests, and lives on with what was installed', async () => {
  const place = at.home(`packages.python_index=${at.registry.index}`, 'market.ttl_seconds=500');
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
