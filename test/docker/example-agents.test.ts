import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { bringPackages } from '../helpers/packages.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';
import { providersAt } from '../helpers/provider-settings.ts';

// Those of docs/agents that have a provider's SDK, with their packages brought along: a registry is not everywhere, and
// that of Python not here at all.

const folder = (name: string) => fileURLToPath(new URL(`../../docs/agents/${name}`, import.meta.url));

/** About what a call comes to: far less would not be believed, more than was reserved not billed. */
const usageOf = (body: object) => ({ input: Math.ceil(JSON.stringify(body).length / 5), output: 20 });

let provider: FakeProvider;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave(({ body }) => {
    const turns = Array.isArray(body['messages']) ? body['messages'].length : 0;
    return {
      usage: usageOf(body),
      ...(body['tools'] !== undefined && turns === 1 && { tool: { name: 'prices', input: {} } }),
    };
  });
  const providers = providersAt(provider.origin, { provider: { key_env: undefined } });
  place = programHome([
    ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=32', 'market.supply.memory_mb=4000'],
    ...['market.supply.tokens=20000', `intelligence.providers=${providers}`],
  ]);
});
afterAll(async () => {
  place.close();
  await provider.close();
});

it.each([
  ['openai-node', 'cpu_seconds=6,memory_mb=256,tokens=2000,attention=1', ['openai']],
  ['anthropic-node', 'cpu_seconds=6,memory_mb=256,tokens=4000,attention=1', ['@anthropic-ai/sdk']],
])('%s thinks, bids for its next life and asks for the human', async (name, bundle, packages) => {
  const id = `a-${name}`;
  const from = join(place.directory, name);
  cpSync(folder(name), from, { recursive: true });
  bringPackages(from, packages);
  const before = provider.calls.length;
  const made = await place.within('bootstrap', '--id', id, '--from', from, '--bundle', bundle);
  expect(made, made.stderr).toMatchObject({ status: 0 });
  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  const executions = await place.json<{ id: string; agent_id: string; outcome: string; used: { tokens: number } }[]>(
    ...['executions', '--agent', id],
  );
  const { stdout: log } = await place.within('logs', executions[0]?.id ?? '');
  const used = provider.calls.slice(before).map(({ body }) => usageOf(body));
  expect(used).toHaveLength(name === 'anthropic-node' ? 2 : 1);
  expect(executions[0], log).toMatchObject({
    outcome: 'completed',
    used: { tokens: used.reduce((sum, { input, output }) => sum + input + output, 0) },
  });
  expect(log).toContain('Hello, world!');
  const bids = await place.json<{ agent_id: string; status: string }[]>('bids', '--agent', id);
  expect(bids.at(-1)).toMatchObject({ status: 'pending' });
  const prompts = await place.json<{ id: string; agent_id: string; content: string }[]>('prompts');
  expect(prompts.at(-1)).toMatchObject({ agent_id: id, content: 'Hello, world!' });
  // The next one needs the human's attention too.
  expect(await place.within('skip', prompts.at(-1)?.id ?? '')).toMatchObject({ status: 0 });
});

it('openai-python is a program', () => {
  execFileSync('python3', [
    '-c',
    'import ast, sys; ast.parse(open(sys.argv[1]).read())',
    `${folder('openai-python')}/main.py`,
  ]);
});
