import { afterAll, beforeAll, expect, it } from 'vitest';
import { programHome, type ProgramHome } from '../helpers/program.ts';

// Agents whose folders have no SDK: the image brings it, to an environment of an agent's own too.

const PYTHON = `
import sys
from bp import Agent
print("with", sys.prefix)
print(Agent().ensure_next_life()["status"])
`;
/** Its next life runs with the environment that it makes. */
const MAKES_ENVIRONMENT = `${PYTHON}
import subprocess
subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
`;
const NODE = `
import { Agent } from 'bp';
console.log('with', process.execPath);
console.log((await new Agent().ensureNextLife()).status);
`;

let place: ProgramHome;
beforeAll(() => {
  place = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16']);
});
afterAll(() => place.close());

it.each([
  ['python', { 'main.py': PYTHON }, 'with /usr\n'],
  ['venv', { 'main.py': MAKES_ENVIRONMENT }, 'with /workspace/.venv\n'],
  ['node', { 'main.mjs': NODE }, 'with /usr/bin/node\n'],
])('an agent in %s imports the SDK that it did not bring, and bids with it', async (id, files, runs) => {
  const from = place.agentFolder(id, files);
  const bundle = 'cpu_seconds=3,memory_mb=128,tokens=0,attention=0';
  const made = await place.within('bootstrap', '--id', id, '--from', from, '--bundle', bundle);
  expect(made, made.stderr).toMatchObject({ status: 0 });
  const lives = id === 'venv' ? 2 : 1;
  for (let life = 0; life < lives; life++)
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });

  const executions = await place.json<{ id: string; outcome: string }[]>('executions', '--agent', id);
  expect(executions).toHaveLength(lives);
  const execution = executions.at(-1);
  const { stdout } = await place.within('logs', execution?.id ?? '');
  expect(execution, stdout).toMatchObject({ outcome: 'completed' });
  expect(stdout).toContain(`${runs}pending\n`);
  const bids = await place.json<{ agent_id: string; status: string }[]>('bids', '--agent', id);
  expect(bids.at(-1)).toMatchObject({ agent_id: id, status: 'pending' });
});
