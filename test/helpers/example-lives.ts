import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bring, markUntil, OTHERS, SIX, type Example } from './example-agents.ts';
import { startFakeProvider } from './fake-provider.ts';
import { exitOf, programHome, type ProgramHome } from './program.ts';
import { providersAt } from './provider-settings.ts';

const EVERY_EXAMPLE = [...SIX, ...OTHERS];
const THINKERS = ['llm', 'openai-node', 'anthropic-node'];
const LIVES_MIN = 2;
const FIRST = 'cpu_seconds=1,memory_mb=128,tokens=0,attention=0';

/**
 * All examples live in one economy of real containers, for so many cycles, with a human who marks. Nothing else is set
 * than `market`; so no model can be asked.
 */
export async function everyExampleLives(cycles: number, market: object = {}): Promise<void> {
  const home = homeWith({ market });
  try {
    await live(home, EVERY_EXAMPLE, cycles);
  } finally {
    home.close();
  }
}

/** Those that think live in an economy that sells tokens, and show what they thought. */
export async function thinkersLive(cycles: number, market: object = {}): Promise<void> {
  const provider = await startFakeProvider();
  const providers: unknown = JSON.parse(providersAt(provider.origin, { provider: { key_env: undefined } }));
  const home = homeWith({ market: { supply: { tokens: 20_000 }, ...market }, intelligence: { providers } });
  try {
    const thinkers = EVERY_EXAMPLE.filter(({ name }) => THINKERS.includes(name));
    await live(home, thinkers, cycles);
    const prompts = await home.json<{ agent_id: string; content: string }[]>('prompts');
    for (const { name } of thinkers)
      expect(prompts.find(({ agent_id: id }) => id === name)?.content, name).toBe('Hello, world!');
  } finally {
    home.close();
    await provider.close();
  }
}

/** An economy whose configuration is a file, as a reader's is. */
function homeWith(config: object): ProgramHome {
  const home = programHome();
  writeFileSync(join(home.directory, 'bp-agents.yaml'), JSON.stringify(config));
  return home;
}

/**
 * Lives them all for as long, and until each has lived twice, since a busy machine takes many cycles for a life. Expects
 * each alive, and every execution completed.
 */
async function live(home: ProgramHome, examples: readonly Example[], cycles: number): Promise<void> {
  // The first life is one without attention: all would wait for the one human.
  for (const example of examples) await bring(home, { ...example, bundle: FIRST });
  const run = home.start('run', '--headless');
  const agents = () => home.json<{ id: string; status: string; executions: number }[]>('agents');
  await markUntil(home, async () => {
    const { cycle } = await home.json<{ cycle: number }>('status');
    return cycle >= cycles && (await agents()).every(({ executions: count }) => count >= LIVES_MIN);
  });
  expect(await home.within('stop')).toMatchObject({ status: 0 });
  expect(await exitOf(run)).toBe(0);
  const executions = await home.json<{ agent_id: string; outcome: string; detail: string }[]>('executions');
  expect(executions.filter(({ outcome }) => outcome !== 'completed')).toEqual([]);
  expect((await agents()).filter(({ status }) => status !== 'alive')).toEqual([]);
}
