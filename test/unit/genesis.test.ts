import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GenesisWorkspace } from '../helpers/genesis-workspace.ts';
import { ScriptedEconomy } from '../helpers/scripted-economy.ts';
import type { Request, Script } from '../helpers/scripted-life.ts';

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

const isBid = ({ method, path }: Request) => method === 'POST' && path === '/market/bid';
const wantsAttention = ({ body }: Request) => (body['bundle'] as { attention: number }).attention === 1;
const logOf = ({ executions }: ScriptedEconomy) => executions.map(({ log }) => log).join('');

/** Answers every open prompt at once. */
function answering(economy: ScriptedEconomy, marks: readonly [number, number, number], reason?: string) {
  return () => {
    if (economy.openPrompt) economy.score(economy.openPrompt, marks, reason);
  };
}

test('genesis shows its reader something in its first wake, and sleeps until that is answered', async () => {
  const { economy } = await live();
  await economy.turns(30);
  expect(economy.executions).toHaveLength(1);
  expect(economy.prompts).toMatchObject([{ submittedCycle: 1, next_bid: { bundle: { attention: 0 } } }]);
  expect(economy.prompts[0]?.content).toContain('Good day. I am `genesis`');
  if (economy.openPrompt) economy.score(economy.openPrompt, [5, 5, 5]);
  await economy.turns(2);
  expect(economy.executions[1]?.log).toMatch(/earned 375: \[5, 5, 5\]/);
});

describe('genesis, scored 5 5 5 whenever it asks, after 60 cycles', () => {
  let life: Awaited<ReturnType<typeof live>>;
  beforeAll(async () => {
    life = await live();
    await life.economy.turns(60, answering(life.economy, [5, 5, 5], 'I say 6.25'));
    // What the file's own afterEach would remove is still to be looked at.
    const kept = cleanups.splice(0);
    return async () => {
      for (const cleanup of kept) await cleanup();
    };
  });

  test('is alive and richer, in spite of its children, and never stumbled', () => {
    const { economy } = life;
    expect(economy.isDormant).toBe(false);
    expect(economy.credits).toBeGreaterThan(2500);
    expect(logOf(economy)).not.toContain('stumbled');
  });

  test('has shown each kind of letter of its field, and answered for the last one', () => {
    expect(Object.keys(life.workspace.readMemory()['kinds'] as object).sort()).toEqual(['forecast', 'market']);
    for (const { content } of life.economy.prompts) expect(Buffer.byteLength(content)).toBeLessThan(16_384);
    expect(life.economy.prompts[1]?.content).toMatch(/You gave 5 · 5 · 5 .* 375 credits\. You wrote: “I say 6\.25”/);
  });

  test('has made a child in another field, of its own files, and told it what it learnt', () => {
    const [child] = life.economy.children as { id: string; files: { path: string; content: string }[] }[];
    const field = child?.files.find(({ path }) => path === 'field.json')?.content ?? '';
    expect(child?.id).toBe('genesis-riddles');
    expect(JSON.parse(Buffer.from(field, 'base64').toString())).toMatchObject({ field: 'riddles' });
    expect(child?.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['main.py', 'rules.json', 'fields/riddles.py', 'instructions.md']),
    );
    const [told] = life.economy.sent;
    expect(told?.to).toBe('genesis-riddles');
    expect(JSON.parse(told?.content ?? '')).toMatchObject({
      learnt: { reasons: ['I say 6.25', 'I say 6.25', 'I say 6.25'] },
    });
  });
});

test('genesis pays for letters of a child that does not earn, and stops after the third', async () => {
  const { economy } = await live({ credits: 5000 });
  await economy.turns(40, answering(economy, [5, 5, 5]));
  const report = (reward: number) => JSON.stringify({ report: { kind: 'riddle', reward, cost: 55 } });
  for (let answer = 0; answer < 6; answer += 1) {
    economy.deliver('genesis-riddles', report(20));
    // Until it has read it: it pays once a wake, however many reports that finds.
    await economy.turns(125, answering(economy, [5, 5, 5]));
  }
  expect(economy.sponsored).toMatchObject([{ for_agent_id: 'genesis-riddles' }, { for_agent_id: 'genesis-riddles' }]);
  expect(logOf(economy)).not.toContain('stumbled');
});

test('genesis pays for no child that has earned, nor for a stranger who says that it is one', async () => {
  const { economy } = await live({ credits: 5000 });
  await economy.turns(40, answering(economy, [5, 5, 5]));
  economy.deliver('genesis-riddles', JSON.stringify({ report: { reward: 300, cost: 55 } }));
  economy.deliver('genesis-riddles', JSON.stringify({ report: { reward: 1, cost: 55 } }));
  economy.deliver('stranger', JSON.stringify({ report: { reward: 1, cost: 55 } }));
  for (const nonsense of [
    '{"report": 7}',
    '{"report": {"reward": "much"}}',
    '['.repeat(5000),
    '{"learnt": {"rested": 1e9}}',
  ])
    economy.deliver('genesis-riddles', nonsense);
  await economy.turns(20, answering(economy, [5, 5, 5]));
  expect(economy.sponsored).toEqual([]);
  expect(logOf(economy)).not.toContain('stumbled');
});

test('a child is told by its parent, reports its answers, leaves the next try to it and pays back what it has too much', async () => {
  const { economy, workspace } = await live({ credits: 300, told: { lineage: ['ma'] } });
  workspace.setField('riddles', 'Riddles only.');
  economy.deliver('ma', JSON.stringify({ learnt: { rested: 400, reasons: ['short, please'], lesson: 'be short' } }));
  await economy.turns(10, answering(economy, [0, 1, 0]));
  expect(economy.prompts[0]?.title).toMatch(/^A riddle: /);
  expect(workspace.readMemory()).toMatchObject({ told: 400, lesson: 'be short' });
  expect(economy.sent.map(({ to, content }) => [to, JSON.parse(content) as unknown])).toMatchObject([
    ['ma', { report: { kind: 'riddle', reward: 25 } }],
  ]);
  // One more would be expected to pay, but whether to try again is the parent's to say.
  expect(economy.prompts).toHaveLength(1);
  economy.available = 10_000;
  await economy.turns(130);
  expect(economy.requests.find(({ path }) => path === '/economic/transfer')?.body).toMatchObject({ to: 'ma' });
});

test('genesis answers an agent once, and its operator with its next letter', async () => {
  const { economy } = await live();
  economy.deliver('ann', 'hello');
  economy.deliver('operator', 'more market, please\u001b[2J');
  await economy.turns(4, answering(economy, [5, 5, 5]));
  economy.deliver('ann', 'hello again');
  await economy.turns(4, answering(economy, [5, 5, 5]));
  expect(economy.sent.filter(({ to }) => to === 'ann')).toHaveLength(1);
  expect(economy.prompts[0]?.content).toContain('You told me: “more market, please [2J”');
  expect(economy.prompts[0]?.title).toContain('The market');
  expect(economy.prompts[1]?.content).not.toContain('You told me');
});

test('a child in the field of wishes answers each once, and says what it can not do', async () => {
  const wish = { id: 'request_7', text: 'Where is the budget discussed?', files: [], until: null };
  const { economy, workspace } = await live({ told: { requests: [wish] } });
  const path = `${workspace.dir}/minutes.txt`;
  writeFileSync(path, 'Hello.\nThe budget is discussed below.\n');
  Object.assign(wish, { files: [path] });
  workspace.setField('wishes', 'Wishes only.');
  await economy.turns(8, answering(economy, [5, 5, 5]));
  expect(economy.prompts).toHaveLength(1);
  expect(economy.prompts[0]).toMatchObject({
    request_id: 'request_7',
    title: 'To your request_7: 1 line that may help',
  });
  expect(economy.prompts[0]?.content).toContain("I can't write that for you");
  expect(economy.prompts[0]?.content).toContain('line 2: The budget is discussed below.');
  expect(logOf(economy)).not.toContain('stumbled');
});

test('genesis answers a wish itself while no child of it does, at its next letter', async () => {
  const { economy } = await live({
    told: { requests: [{ id: 'request_7', text: 'Anything at all', files: [], until: null }] },
  });
  await economy.turns(6, answering(economy, [5, 5, 5]));
  const answers = economy.prompts.filter(({ request_id: wish }) => wish !== undefined);
  expect(answers).toMatchObject([{ request_id: 'request_7' }]);
});

test('a wish that was closed meanwhile costs no letter', async () => {
  const told = { requests: [{ id: 'request_7', text: 'A wish', files: ['/nowhere'], until: null }] };
  const { economy, workspace } = await live({ told });
  workspace.setField('wishes', 'Wishes only.');
  economy.refuse = ({ path, body }) =>
    path === '/human/prompt' && 'request_id' in body ? { status: 409, code: 'request_closed' } : undefined;
  await economy.turn();
  expect(economy.prompts).toHaveLength(1);
});

test('a child in the field of materials shows loose ends, and follows no link', async () => {
  const place = new GenesisWorkspace();
  cleanups.push(() => place.remove());
  writeFileSync(`${place.dir}/a.ts`, 'const a = 1; // TBD: name it\u001b[2J\n');
  writeFileSync(`${place.dir}/b.bin`, 'TBD\0');
  const told = { materials: { path: place.dir, files: 2, bytes: 40 } };
  const { economy, workspace } = await live({ told });
  workspace.setField('materials', 'Materials only.');
  await economy.turns(8, answering(economy, [5, 5, 5]));
  const titles = economy.prompts.map(({ title }) => title);
  expect(titles).toEqual(expect.arrayContaining(['Your materials: 2 files', '1 loose end in your materials']));
  expect(economy.prompts.find(({ title }) => title.startsWith('1 loose'))?.content).toContain(
    'line 1: TBD: name it [2J',
  );
});

test('genesis stops prompting a reader who marks everything 0, and lives on', async () => {
  const { economy } = await live();
  await economy.turns(200, answering(economy, [0, 0, 0]));
  expect(economy.prompts.length).toBeGreaterThanOrEqual(2);
  expect(economy.prompts.length).toBeLessThanOrEqual(8);
  expect(economy.children).toEqual([]);
  expect(economy.isDormant).toBe(false);
});

test.each([
  { needs: { cpuSeconds: 0.9, memoryMb: 20 }, outcome: 'cpu_exceeded' },
  { needs: { cpuSeconds: 0.07, memoryMb: 60 }, outcome: 'memory_exceeded' },
])('genesis lives on with a larger bundle after $outcome', async ({ needs, outcome }) => {
  const { economy } = await live();
  await economy.turns(8, answering(economy, [5, 5, 5]));
  economy.needs = needs;
  await economy.turns(30, answering(economy, [5, 5, 5]));
  const outcomes = economy.executions.map((execution) => execution.outcome);
  expect(outcomes).toContain(outcome);
  expect(outcomes.slice(-5)).toEqual(Array(5).fill('completed'));
  expect(outcomes.filter((each) => each === outcome).length).toBeLessThan(8);
});

test('genesis raises a refused bid to the reserve of now', async () => {
  const { economy } = await live();
  await economy.turn();
  if (economy.openPrompt) economy.score(economy.openPrompt, [5, 5, 5]);
  economy.refuse = (request) =>
    isBid(request) && Number(request.body['amount']) < 200 && economy.prices.attention === 50
      ? ((economy.prices.attention = 60), { status: 422, code: 'below_reserve', limit: 65 })
      : undefined;
  await economy.turns(2);
  expect(economy.bids.some(({ bundle, amount }) => bundle.attention === 1 && amount >= 60)).toBe(true);
});

test('genesis begins damaged notes anew, and forgets what makes it stumble twice', async () => {
  const { economy, workspace } = await live();
  await economy.turns(3, answering(economy, [5, 5, 5]));
  for (const damage of ['{"version":2', '[]', '{"version":2,"agent_id":"genesis","kinds":7}', '\u0000']) {
    writeFileSync(workspace.memoryPath, damage);
    await economy.turns(3, answering(economy, [5, 5, 5]));
    expect(economy.executions.at(-1)?.outcome).toBe('completed');
    expect(workspace.readMemory()).toMatchObject({ version: 2, agent_id: 'genesis' });
  }
  writeFileSync(workspace.memoryPath, JSON.stringify({ ...workspace.readMemory(), noted: { cycle: 1, prices: 7 } }));
  await economy.turns(60, answering(economy, [5, 5, 5]));
  expect(logOf(economy)).toContain('I begin my notes anew');
  expect(economy.executions.at(-1)?.log).not.toContain('stumbled');
  expect(existsSync(`${workspace.memoryPath}.new`)).toBe(false);
});

test.each([
  ['fails', { status: 500, code: 'internal_error' }],
  ['is overloaded', { status: 429, code: 'too_many_requests' }],
  ['refuses everything', { status: 403, code: 'execution_ended' }],
])('genesis ends in order where the service %s', async (_, problem) => {
  const { economy } = await live();
  economy.refuse = () => problem;
  const execution = await economy.turn();
  expect(execution?.outcome).toBe('completed');
  expect(execution?.log).toContain(problem.code);
});

describe('genesis with a model', () => {
  const isQuestion = ({ path }: Request) => path === '/intelligence/inference';
  const prices = { tokens: 0.001 };
  const told = { requests: [{ id: 'request_3', text: 'A haiku', files: [], until: null }] };
  const answer = {
    ...{ title: 'A haiku for you', content: 'Bids in the morning', request_id: 'request_3', lesson: 'Likes poems.' },
    replies: [
      { to: 'ann', content: 'Hello, Ann.' },
      { to: 'nobody-wrote', content: 'spam' },
    ],
    child: { field: 'haiku', instructions: 'Write haiku.' },
  };

  test('answers a wish, learns, replies, and has the child that it thought of when it can pay', async () => {
    const questions: string[] = [];
    const think: Script['think'] = ([system, user]) => {
      questions.push(`${system?.content}${user?.content}`);
      return `Of course: ${JSON.stringify(answer)}`;
    };
    const { economy, workspace } = await live({ tokens: 20_000, prices, think, told });
    await economy.turns(2, answering(economy, [7, 8, 9], 'well put'));
    economy.deliver('ann', 'Hello?');
    await economy.turns(30, answering(economy, [7, 8, 9], 'well put'));
    // It is born with a bundle that has no tokens.
    expect(economy.prompts[0]?.title).toContain('The market');
    expect(economy.prompts[1]).toMatchObject({ title: 'A haiku for you', request_id: 'request_3' });
    expect(economy.prompts[1]?.content).toContain('Bids in the morning');
    const bought = economy.requests.filter((request) => isBid(request) && wantsAttention(request));
    expect(bought[0]?.body['bundle']).toMatchObject({ tokens: 6000, attention: 1 });
    expect(questions[0]).toContain('well put');
    expect(questions[0]).toContain('Answer with one JSON object');
    expect(workspace.readMemory()).toMatchObject({ lesson: 'Likes poems.' });
    expect(economy.sent.filter(({ content }) => content === 'Hello, Ann.')).toMatchObject([{ to: 'ann' }]);
    expect(economy.sent.filter(({ to }) => to === 'nobody-wrote')).toEqual([]);
    const children = economy.children as { id: string; files: { path: string; content: string }[] }[];
    expect(children.map(({ id }) => id)).toEqual(['genesis-haiku']);
    const field = children[0]?.files.find(({ path }) => path === 'field.json')?.content ?? '';
    expect(JSON.parse(Buffer.from(field, 'base64').toString())).toEqual(answer.child);
    expect(logOf(economy)).not.toContain('stumbled');
  });

  test.each([
    ['says nothing', ' '],
    ['writes no JSON', 'I had rather not.'],
    ['writes another shape', '{"title": 7, "content": ["x"], "replies": 3, "child": "yes", "request_id": "all"}'],
    ['wants a child of no name', '{"content": "", "child": {"field": "../..", "instructions": "x"}}'],
  ])('shows what it wrote itself where the model %s', async (_, words) => {
    const { economy } = await live({ tokens: 20_000, prices, think: () => words, told });
    await economy.turns(25, answering(economy, [7, 8, 9]));
    expect(economy.prompts.length).toBeGreaterThan(3);
    expect(economy.prompts[1]?.title).toMatch(/^(The market|A forecast)/);
    expect(economy.children).toEqual([]);
    expect(logOf(economy)).not.toContain('stumbled');
  });

  test('goes on as without one where none answers, and never asks where no tokens are sold', async () => {
    const { economy } = await live({ tokens: 20_000, prices });
    await economy.turns(10, answering(economy, [7, 8, 9]));
    expect(economy.prompts.length).toBeGreaterThan(2);
    expect(economy.requests.filter(isQuestion)).toEqual([]);
    const other = await live({ think: () => 'x' });
    await other.economy.turns(10, answering(other.economy, [7, 8, 9]));
    expect(other.economy.prompts.length).toBeGreaterThan(2);
    expect(other.economy.requests.filter(isQuestion)).toEqual([]);
  });
});
