import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { bring, markUntil, OTHERS, SIX, type Example } from '../helpers/example-agents.ts';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { exitOf, programHome, type ProgramHome } from '../helpers/program.ts';
import { providersAt } from '../helpers/provider-settings.ts';

// Every example lives for fifty cycles of one second in real containers, all in one economy, with a human who marks.
// Nothing else is set but, in the second life, models; so nothing is sold to those that think in the first one.

const CYCLES = 50;
const LIVES_MIN = 2;
const FIRST = 'cpu_seconds=1,memory_mb=128,tokens=0,attention=0';
const THINKERS = ['llm', 'openai-node', 'anthropic-node'];

let provider: FakeProvider | undefined;
let place: ProgramHome | undefined;
afterEach(async () => {
  place?.close();
  await provider?.close();
  [place, provider] = [undefined, undefined];
});

it('every example lives at default settings, without models', async () => {
  place = homeWith({});
  await live(place, [...SIX, ...OTHERS]);
});

it('those that think live where models can be asked, and show what they thought', async () => {
  provider = await startFakeProvider();
  const thinkers = [...SIX, ...OTHERS].filter(({ name }) => THINKERS.includes(name));
  const providers: unknown = JSON.parse(providersAt(provider.origin, { provider: { key_env: undefined } }));
  place = homeWith({ supply: { tokens: 20_000 } }, { intelligence: { providers } });
  await live(place, thinkers);
  const prompts = await place.json<{ agent_id: string; content: string }[]>('prompts');
  for (const { name } of thinkers)
    expect(prompts.find(({ agent_id: id }) => id === name)?.content, name).toBe('Hello, world!');
});

/** An economy whose configuration is a file, as a reader's is. */
function homeWith(market: object, more: object = {}): ProgramHome {
  const home = programHome();
  const config = { market: { cycle_seconds: 1, ...market }, ...more };
  writeFileSync(join(home.directory, 'bp-agents.yaml'), JSON.stringify(config));
  return home;
}

/**
 * Lives them all for as long, and until each has lived twice, since a busy machine takes many cycles for a life. Expects
 * each alive, and every execution completed.
 */
async function live(home: ProgramHome, examples: readonly Example[]): Promise<void> {
  // The first life is one without attention: all would wait for the one human.
  for (const example of examples) await bring(home, { ...example, bundle: FIRST });
  const run = home.start('run', '--headless');
  const agents = () => home.json<{ id: string; status: string; executions: number }[]>('agents');
  await markUntil(home, async () => {
    const { cycle } = await home.json<{ cycle: number }>('status');
    return cycle >= CYCLES && (await agents()).every(({ executions: count }) => count >= LIVES_MIN);
  });
  expect(await home.within('stop')).toMatchObject({ status: 0 });
  expect(await exitOf(run)).toBe(0);
  const executions = await home.json<{ agent_id: string; outcome: string; detail: string }[]>('executions');
  expect(executions.filter(({ outcome }) => outcome !== 'completed')).toEqual([]);
  expect((await agents()).filter(({ status }) => status !== 'alive')).toEqual([]);
}
