import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MARKS } from '../helpers/example-agents.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';

const README = join(import.meta.dirname, '..', '..', 'README.md');

let place: ProgramHome;
beforeEach(() => {
  place = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.memory_mb=4000']);
});
afterEach(() => place.close());

async function done(...args: readonly string[]): Promise<void> {
  const ended = await place.within(...args);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
}

it('the agent of the README lives on, and asks again whenever it has been marked', async () => {
  const [, program = ''] = /^```python\n([^]*?)^```/m.exec(readFileSync(README, 'utf8')) ?? [];
  const folder = join(place.directory, 'my-agent');
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.py'), program);
  await done(
    'bootstrap',
    '--id',
    'mine',
    '--from',
    folder,
    '--bundle',
    'cpu_seconds=1,memory_mb=64,tokens=0,attention=1',
  );
  for (let life = 1; life <= 3; life += 1) {
    await done('run', '--headless', '--cycles', '1');
    await done('score', `prompt_${life}`, ...Object.values(MARKS).map(String));
  }
  const executions = await place.json<readonly { outcome: string }[]>('executions');
  expect(executions.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
  expect(await place.json('bids', '--status', 'pending')).toHaveLength(1);
});
