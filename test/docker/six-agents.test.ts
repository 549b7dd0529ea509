import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bring, folderOf, MARKS, markUntil, REASON, SIX } from '../helpers/example-agents.ts';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { exitOf, programHome, type ProgramHome } from '../helpers/program.ts';
import { providersAt } from '../helpers/provider-settings.ts';

// The six agents of the guide as its reader uses them: tried, brought in, run and marked, in real containers.

interface Prompt {
  readonly agent_id: string;
  readonly title: string;
  readonly content: string;
  readonly status: string;
}

interface Tried {
  readonly ok: boolean;
  readonly executions: readonly { agent_id: string; prompt: Prompt | null; output: string; next: { bids: object[] } }[];
}

const LINES_MAX = 200;
const FILES = ['python/main.py', 'node/main.mjs', 'shell/main', 'sponsor/main.py', 'spawner/main.py'];
const OWN = [...FILES, 'spawner/child/main.py', 'llm/main.py'];
/** Does nothing, so that somebody is asleep whom the sponsor can wake. */
const SLEEPER = 'import json\nprint("woken by", json.load(open("env.json"))["execution_context"]["payload"])\n';

let provider: FakeProvider;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  const providers = providersAt(provider.origin, { provider: { key_env: undefined } });
  place = programHome([
    ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.memory_mb=4000'],
    ...['market.supply.tokens=20000', `intelligence.providers=${providers}`],
  ]);
});
afterAll(async () => {
  place.close();
  await provider.close();
});

it(`the six are at most ${LINES_MAX} lines together, and none is more than 30`, () => {
  const lengths = OWN.map((path) => readFileSync(folderOf(path), 'utf8').split('\n').length - 1);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(30);
  expect(lengths.reduce((sum, length) => sum + length)).toBeLessThanOrEqual(LINES_MAX);
});

describe('each of the six', () => {
  it.each(SIX)('$name is tried, and would live on', async ({ name, bundle }) => {
    const marks = Object.values(MARKS).join(',');
    const options = ['--bundle', bundle, '--lives', '2', '--marks', marks, '--reason', REASON];
    const { ok, executions } = await place.json<Tried>('try', folderOf(name), ...options);
    expect(ok, JSON.stringify(executions)).toBe(true);
    const own = executions.filter(({ agent_id: id }) => id === name);
    expect(own).toHaveLength(2);
    for (const { next } of own) expect(next.bids).not.toHaveLength(0);
    // No provider is asked in a try, and without a thought there is nothing to show.
    if (name === 'llm') expect(own[0]?.output).toContain('no thought: ');
    else expect(own[1]?.output).toContain(REASON);
  });

  it('lives from its first bid to its second answer, and reads its marks', async () => {
    for (const example of SIX) await bring(place, example);
    const from = place.agentFolder('sleeper', { 'main.py': SLEEPER });
    const bundle = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
    expect(await place.within('bootstrap', '--id', 'sleeper', '--from', from, '--bundle', bundle)).toMatchObject({
      status: 0,
    });
    const run = place.start('run', '--headless');
    const prompts = () => place.json<Prompt[]>('prompts');
    await markUntil(place, async () => {
      const scored = (await prompts()).filter(({ status }) => status === 'scored');
      return SIX.every(({ name }) => scored.filter(({ agent_id: id }) => id === name).length >= 2);
    });
    expect(await place.within('stop')).toMatchObject({ status: 0 });
    expect(await exitOf(run)).toBe(0);

    const executions =
      await place.json<{ id: string; agent_id: string; payer: string; outcome: string }[]>('executions');
    expect(executions.filter(({ outcome }) => outcome !== 'completed')).toEqual([]);
    const shown = await prompts();
    const logOf = async (id: string) => (await place.within('logs', id)).stdout;
    for (const { name } of SIX) {
      const lives = executions.filter(({ agent_id: id }) => id === name);
      expect(lives.length, name).toBeGreaterThanOrEqual(2);
      const logs = await Promise.all(lives.map(({ id }) => logOf(id)));
      expect(logs.join(''), name).toContain(REASON);
    }
    // What each makes of its marks, where it says so.
    const second = (name: string) => shown.filter(({ agent_id: id }) => id === name)[1]?.content;
    expect(second('python')).toContain('[24]');
    expect(second('node')).toContain(REASON);
    expect(second('shell')).toContain(REASON);
    expect(second('sponsor')).toContain("'useful': 8");
    expect(second('spawner')).toContain('Earned: 600');
    const asked = provider.calls.map(({ body }) => JSON.stringify(body));
    expect(asked.some((body) => body.includes(REASON))).toBe(true);

    const woken = executions.find(({ agent_id: id, payer }) => id === 'sleeper' && payer === 'sponsor');
    expect(await logOf(woken?.id ?? '')).toContain("{'gift_of': 'sponsor'}");
    const agents = await place.json<{ id: string; parent: string | null; executions: number }[]>('agents');
    expect(agents.filter(({ parent }) => parent === 'spawner')).toHaveLength(1);
  });
});
