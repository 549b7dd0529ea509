import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { GenesisWorkspace } from '../helpers/genesis-workspace.ts';
import { ScriptedEconomy } from '../helpers/scripted-economy.ts';
import type { Script } from '../helpers/scripted-life.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function live(script: Partial<Script> = {}) {
  const workspace = new GenesisWorkspace();
  const economy = new ScriptedEconomy({ credits: 1000, ...script }, workspace.run);
  cleanups.push(
    () => economy.close(),
    () => workspace.remove(),
  );
  await economy.listen();
  economy.bootstrap();
  return { economy, workspace };
}

const logOf = ({ executions }: ScriptedEconomy) => executions.map(({ log }) => log).join('');

/** Answers every open prompt at once. */
function answering(economy: ScriptedEconomy, marks: readonly [number, number, number]) {
  return () => {
    if (economy.openPrompt) economy.score(economy.openPrompt, marks);
  };
}

const wish = (id: string, text = 'A wish', files: string[] = []) => ({ id, text, files, until: null });

describe('what lies in its workspace', () => {
  test.each([
    [
      'memory.json',
      '{"version":2,"agent_id":"genesis","children":{"a":1},"kinds":{"market":[]},"open":{"prompt_1":3}}',
    ],
    ['field.json', '[]'],
    ['field.json', '{"field":["x"],"instructions":7}'],
    ['field.json', '{"field":"../../x"}'],
  ])('does not end its life: %s %s', async (name, content) => {
    const { economy, workspace } = await live();
    writeFileSync(`${workspace.dir}/${name}`, content);
    await economy.turns(40, answering(economy, [5, 5, 5]));
    expect(economy.executions.every(({ outcome }) => outcome === 'completed')).toBe(true);
    expect(economy.executions.at(-1)?.log).not.toContain('stumbled');
    expect(economy.isDormant).toBe(false);
  });

  test.each(['memory.json', 'field.json'])('does not end its life: a folder called %s', async (name) => {
    const { economy, workspace } = await live();
    mkdirSync(`${workspace.dir}/${name}`);
    await economy.turns(40, answering(economy, [5, 5, 5]));
    expect(economy.executions.every(({ outcome }) => outcome === 'completed')).toBe(true);
    expect(economy.isDormant).toBe(false);
  });

  test('does not make it wait for a letter that this economy does not know', async () => {
    const { economy, workspace } = await live();
    await economy.turns(3, answering(economy, [5, 5, 5]));
    const memory = workspace.readMemory();
    const open = { prompt_99: { kind: 'market', title: 'Lost', cost: 50 } };
    writeFileSync(workspace.memoryPath, JSON.stringify({ ...memory, open }));
    await economy.turns(30, answering(economy, [5, 5, 5]));
    expect(workspace.readMemory()['open']).not.toHaveProperty('prompt_99');
    expect(economy.isDormant).toBe(false);
  });

  test('does not stop its replies where the clock has gone back, as where cycles were made shorter', async () => {
    const { economy, workspace } = await live();
    await economy.turns(3, answering(economy, [5, 5, 5]));
    const memory = workspace.readMemory();
    writeFileSync(workspace.memoryPath, JSON.stringify({ ...memory, replied: { ann: 1e6 }, spawned_at: 1e6 }));
    await economy.turns(3, answering(economy, [5, 5, 5]));
    expect(workspace.readMemory()['spawned_at']).toBeLessThan(1000);
    await economy.turns(400, answering(economy, [5, 5, 5]));
    economy.deliver('ann', 'hello');
    await economy.turns(100, answering(economy, [5, 5, 5]));
    expect(economy.sent.filter(({ to }) => to === 'ann')).toHaveLength(1);
  });
});

describe('those who write to it', () => {
  test('can not crowd out what its operator said', async () => {
    const { economy } = await live();
    await economy.turn();
    economy.deliver('operator', 'shorter, please');
    for (let sender = 0; sender < 20; sender += 1) economy.deliver(`spam-${sender}`, 'buy now');
    await economy.turns(6, answering(economy, [5, 5, 5]));
    expect(economy.prompts[1]?.content).toContain('You told me: “shorter, please”');
  });

  test('get no letter paid by a report that says nothing, and one at most for many at once', async () => {
    const { economy } = await live({ credits: 5000 });
    await economy.turns(40, answering(economy, [5, 5, 5]));
    for (let turn = 0; turn < 4; turn += 1) {
      for (let report = 0; report < 5; report += 1) economy.deliver('genesis-riddles', '{"report": {}}');
      await economy.turns(20, answering(economy, [5, 5, 5]));
    }
    expect(economy.sponsored.length).toBeLessThanOrEqual(1);
  });

  test('are not taken for its child for having its name', async () => {
    const { economy, workspace } = await live({ credits: 5000 });
    economy.refuse = ({ path }) => (path === '/social/spawn' ? { status: 409, code: 'agent_exists' } : undefined);
    await economy.turns(40, answering(economy, [5, 5, 5]));
    expect(logOf(economy)).not.toContain('is my child');
    for (let report = 0; report < 5; report += 1) {
      economy.deliver('genesis-riddles', '{"report": {"reward": 0, "cost": 50}}');
      await economy.turns(20, answering(economy, [5, 5, 5]));
    }
    expect(economy.sponsored).toEqual([]);
    expect(economy.sent.filter(({ to }) => to === 'genesis-riddles')).toHaveLength(0);
    // Nor does it try again for ever.
    expect(Object.keys(workspace.readMemory()['children'] as object).length).toBeGreaterThan(0);
  });
});

test('a letter that ran out is told of in the next one, and nothing is concluded from it', async () => {
  const { economy, workspace } = await live({ promptTtlCycles: 5 });
  await economy.turns(8);
  economy.humanIsAway = false;
  await economy.turns(70);
  expect(economy.prompts[1]?.content).toContain('so far” ran out before anybody answered it.');
  expect(workspace.readMemory()).toMatchObject({ answered: 0, kinds: {} });
});

test('a letter about who lives here counts those of all pages, and shows the newest', async () => {
  const { economy, workspace } = await live();
  workspace.setField('neighbours', 'Neighbours only.');
  const agent = (id: string, born: number) => ({
    id,
    status: 'alive',
    parent: null,
    born_cycle: born,
    last_seen_cycle: 1,
  });
  economy.refuse = ({ path }) => {
    if (!path.startsWith('/social/agents')) return undefined;
    const page = path.includes('after=ann')
      ? { agents: [agent('bob', 7)], next_after: null }
      : { agents: [agent('genesis', 0), agent('ann', 1)], next_after: 'ann' };
    return page as never;
  };
  await economy.turn();
  expect(economy.prompts[0]?.title).toBe('3 agents live here, 0 died');
  expect(economy.prompts[0]?.content).toContain('bob');
});

describe('wishes', () => {
  test('beyond those of the handshake are looked up once these are answered', async () => {
    const { economy } = await live({ told: { requests: [wish('request_9')] } });
    economy.refuse = ({ path }) =>
      path.startsWith('/human/requests')
        ? ({ requests: [wish('request_9'), wish('request_2', 'An older one')] } as never)
        : undefined;
    await economy.turns(60, answering(economy, [9, 9, 9]));
    const answered = economy.prompts.map(({ request_id: id }) => id).filter((id) => id !== undefined);
    expect(answered).toEqual(['request_9', 'request_2']);
  });

  test('are answered by the root again once the child for them is no longer paid for', async () => {
    const { economy, workspace } = await live();
    await economy.turns(3, answering(economy, [5, 5, 5]));
    const child = { field: 'wishes', under_cost: 3, has_earned: false };
    const memory = workspace.readMemory();
    writeFileSync(workspace.memoryPath, JSON.stringify({ ...memory, children: { 'genesis-wishes': child } }));
    economy.tell({ requests: [wish('request_5')] });
    await economy.turns(30, answering(economy, [5, 5, 5]));
    expect(economy.prompts.some(({ request_id: id }) => id === 'request_5')).toBe(true);
  });

  test('are answered once by a family: a child is told which were, and reports its own', async () => {
    const { economy, workspace } = await live({ told: { requests: [wish('request_1'), wish('request_2')] } });
    await economy.turns(40, answering(economy, [9, 9, 9]));
    const [told] = economy.sent.map(({ content }) => JSON.parse(content) as { learnt: { wishes: string[] } });
    expect(told?.learnt.wishes).toContain('request_1');
    economy.deliver('genesis-riddles', '{"report": {"reward": 300, "cost": 50, "wish": "request_7"}}');
    await economy.turns(125, answering(economy, [9, 9, 9]));
    expect(workspace.readMemory()['wishes']).toContain('request_7');

    const child = await live({ told: { lineage: ['ma'], requests: [wish('request_1'), wish('request_2')] } });
    child.workspace.setField('wishes', 'Wishes only.');
    child.economy.deliver('ma', '{"learnt": {"wishes": ["request_1", 7]}}');
    await child.economy.turns(8, answering(child.economy, [9, 9, 9]));
    expect(child.economy.prompts.map(({ request_id: id }) => id)).toEqual(['request_2']);
    expect(child.economy.sent.map(({ content }) => JSON.parse(content) as unknown)).toMatchObject([
      { report: { wish: 'request_2' } },
    ]);
  });

  test('with more files than a wake can read are answered with what was read, and it says so', async () => {
    const place = new GenesisWorkspace();
    cleanups.push(() => place.remove());
    for (let file = 0; file < 60; file += 1) writeFileSync(`${place.dir}/${file}.txt`, 'apple pie\n'.repeat(6400));
    const materials = { path: place.dir, files: 60, bytes: 60 * 64_000 };
    const { economy, workspace } = await live({ told: { materials, requests: [wish('request_1', 'apple')] } });
    workspace.setField('wishes', 'Wishes only.');
    await economy.turns(6, answering(economy, [5, 5, 5]));
    expect(economy.prompts[0]?.content).toMatch(/I looked through \d of 60 files/);
  });
});

describe('a model', () => {
  const prices = { tokens: 0.001 };

  test.each([
    ['replies to a list', '{"title": "Mine", "content": "x", "replies": [{"to": ["ann"], "content": "x"}]}'],
    ['writes half a letter of UTF-16', '{"title": "Mine", "content": "x\\ud800y", "lesson": "\\ud800"}'],
    ['has a child for a list', '{"title": "Mine", "content": "x", "child": {"field": [1], "instructions": 2}}'],
  ])('that %s costs no letter', async (_, words) => {
    const { economy } = await live({ tokens: 20_000, prices, think: () => words });
    await economy.turns(25, answering(economy, [7, 8, 9]));
    expect(economy.prompts[1]?.title).toBe('Mine');
    expect(logOf(economy)).not.toContain('stumbled');
  });

  test('is asked within the tokens of a wake, however long the wishes are', async () => {
    const asked: number[] = [];
    const think: Script['think'] = (messages) => {
      asked.push(Buffer.byteLength(messages.map(({ content }) => content).join('')));
      return '';
    };
    const requests = [1, 2, 3, 4, 5, 6].map((id) => wish(`request_${id}`, 'long '.repeat(1600)));
    const { economy } = await live({ tokens: 20_000, prices, think, told: { requests } });
    await economy.turns(25, answering(economy, [7, 8, 9]));
    expect(asked.length).toBeGreaterThan(1);
    // 6,000 tokens, three tenths of them for the answer, at 3 bytes each.
    expect(Math.max(...asked)).toBeLessThanOrEqual(12_600);
  });
});
