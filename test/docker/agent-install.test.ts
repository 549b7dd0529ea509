import { execFileSync } from 'node:child_process';
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
function home(): ProgramHome {
  const made = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16']);
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
  expect(stdout).toMatch(/installed for python: its workspace has \d+ of 512 MB/);

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
    'bare has neither package.json nor pyproject.toml',
  );
  const failed = await place.within('agent', 'install', 'wrong');
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.stdout).toContain('greeting@99.99.99');
  expect(failed.stderr).toContain('npm install --omit=dev --ignore-scripts failed with status 1');
  expect((await place.within('agent', 'install', 'nobody')).stderr).toContain('there is no agent nobody');
  // A name that is taken would stop the second try.
  expect((await place.within('agent', 'install', 'wrong')).stderr).toContain('failed with status 1');
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
