import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

const homes: ProgramHome[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) home.close();
});

/** Says its version, counts its lives in a file of its own, and bids for the next one. */
const program = (version: string) => `
import json, os, urllib.request
env = json.load(open("env.json"))
bundle = {"cpu_seconds": 2, "memory_mb": 64, "tokens": 0, "attention": 0}
price = sum(env["markets"][name]["price"] * amount for name, amount in bundle.items())
headers = {"authorization": "Bearer " + env["execution_token"], "content-type": "application/json"}
body = json.dumps({"bundle": bundle, "amount": round(price * 1.1 + 0.01, 6)}).encode()
urllib.request.urlopen(urllib.request.Request(env["service_url"] + "/market/bid", body, headers))
open("lives", "a").write("x")
open("main.py", "a").close()
print("version ${version}, life", len(open("lives").read()), os.path.exists("old.py"))
`;

it.each([
  ['in filesystems of their own or folders', []],
  ['shipped', ['sandbox.workspace_placement=shipped']],
])('gives an agent its files anew, with workspaces %s, between runs and while one goes on', async (_, settings) => {
  const home = programHome(['market.cycle_seconds=1', 'market.supply.cpu_seconds=16', ...settings]);
  homes.push(home);
  const workspace = (path: string) => join(home.directory, 'workspaces', 'agent-a', path);
  const given = (version: string) => home.agentFolder(`v${version}`, { 'main.py': program(version) });
  const update = (version: string) =>
    home.json<Record<string, unknown>>('agent', 'update', 'a', '--from', given(version));
  const bundle = 'cpu_seconds=2,memory_mb=64,tokens=0,attention=0';
  const first = home.agentFolder('v1', { 'main.py': program('1'), 'old.py': '' });
  expect(await home.within('bootstrap', '--id', 'a', '--from', first, '--bundle', bundle)).toMatchObject({ status: 0 });
  const said = async () => {
    const executions = await home.json<{ id: string; outcome: string | null }[]>('executions');
    const logs = executions.map(async ({ id }) => (await home.within('logs', id)).stdout.trim());
    return (await Promise.all(logs)).filter((line) => line !== '');
  };
  expect(await home.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  expect(await said()).toEqual(['version 1, life 1 True']);

  expect(await update('2')).toMatchObject({ laid: true, changed: ['main.py'], removed: ['old.py'], kept: [] });
  expect(statSync(workspace('main.py')).uid).toBe(statSync(workspace('')).uid);

  const run = home.start('run', '--headless');
  await until(said, (lines) => lines.some((line) => line.startsWith('version 2')));
  expect(await update('3')).toMatchObject({ laid: false, kept: [] });
  await until(said, (lines) => lines.some((line) => line.startsWith('version 3')));
  run.kill('SIGTERM');
  expect(await exitOf(run)).toBe(0);
  const lines = await said();
  const versions = lines.map((line) => line.slice(0, 9));
  expect(versions).toEqual([...versions].sort());
  expect(lines).toEqual(
    versions.map((version, life) => `${version}, life ${life + 1} ${life === 0 ? 'True' : 'False'}`),
  );

  writeFileSync(workspace('main.py'), 'print("mended by hand")\n');
  expect(await update('4')).toMatchObject({ laid: true, kept: ['main.py'] });
  expect(await home.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  expect((await said()).at(-1)).toBe('mended by hand');
  expect(readFileSync(workspace('lives'), 'utf8')).toHaveLength(lines.length);
});
