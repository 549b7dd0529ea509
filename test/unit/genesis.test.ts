import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GenesisWorkspace } from '../helpers/genesis-workspace.ts';
import { ScriptedEconomy, type Request, type Script } from '../helpers/scripted-economy.ts';

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

/** Answers every open prompt at once. */
function answering(economy: ScriptedEconomy, marks: readonly [number, number, number], reason?: string) {
  return () => {
    if (economy.openPrompt) economy.score(economy.openPrompt, marks, reason);
  };
}

/** Goes on until so many letters were shown, each answered at once. */
async function letters(economy: ScriptedEconomy, count: number, turnsMax = 30) {
  const answer = answering(economy, [7, 8, 9]);
  for (let turn = 0; turn < turnsMax && economy.prompts.length < count; turn += 1) await economy.turns(1, answer);
}

test('genesis asks nothing of the service before its next life is bid for', async () => {
  const { economy } = await live();
  await economy.turn();
  expect(economy.requests[0]).toMatchObject({ path: '/market/bid', body: { bundle: { attention: 0 } } });
  expect(economy.requests.filter(isBid)).toHaveLength(1);
});

test('genesis runs in each of its first six cycles and shows its reader something in the first', async () => {
  const { economy } = await live();
  await economy.turns(6);
  expect(economy.executions.map(({ cycle, outcome }) => [cycle, outcome])).toEqual(
    [1, 2, 3, 4, 5, 6].map((cycle) => [cycle, 'completed']),
  );
  expect(economy.prompts).toHaveLength(1);
  expect(economy.prompts[0]?.submittedCycle).toBe(1);
});

test('genesis buys no attention while a letter of its own is open', async () => {
  const { economy } = await live();
  await economy.turns(14);
  expect(economy.prompts).toHaveLength(1);
  expect(economy.requests.filter((request) => isBid(request) && wantsAttention(request))).toEqual([]);
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

  test('is alive and richer, and never stumbled', () => {
    const { economy } = life;
    expect(economy.isDormant).toBe(false);
    expect(economy.credits).toBeGreaterThan(2500);
    for (const { log } of economy.executions) expect(log).not.toContain('stumbled');
  });

  test('has shown every kind of letter, none over the limit', () => {
    const kinds = ['budget', 'forecast', 'lessons', 'market', 'neighbours', 'receipts'];
    expect(Object.keys(life.workspace.readMemory()['arms'] as object).sort()).toEqual(kinds);
    for (const { content } of life.economy.prompts) expect(Buffer.byteLength(content)).toBeLessThan(16_384);
  });

  test('has told whether its forecast came true', () => {
    const verdict = life.economy.prompts.find(({ content }) => content.includes('is due'));
    expect(verdict?.content).toContain('it costs 6.25. I call that right');
    expect(verdict?.content).toContain('So far 1 of 1 forecast came true');
    expect(verdict?.content).toContain('You had said then:\n\n> I say 6.25');
  });
});

test('genesis, never scored, stretches 100 credits and dies when it can no longer pay', async () => {
  const { economy } = await live({ credits: 100, prices: { cpu_seconds: 31.25 }, horizon: 10, promptTtlCycles: 10 });
  for (let turn = 0; turn < 300 && !economy.isDormant; turn += 1) {
    await economy.turn();
    expect(Math.max(0, ...economy.pending.map((bid) => bid.earliest_cycle - economy.cycle))).toBeLessThanOrEqual(10);
  }
  expect(economy.isDormant).toBe(true);
  expect(economy.executions.length).toBeGreaterThanOrEqual(5);
  expect(economy.credits).toBeLessThan(economy.cost({ cpu_seconds: 0.2, memory_mb: 24, tokens: 0, attention: 0 }));
});

test('genesis stops prompting a reader who marks everything 0', async () => {
  const { economy } = await live({ credits: 500 });
  await economy.turns(60, answering(economy, [0, 0, 0]));
  const shown = economy.prompts.length;
  expect(shown).toBeGreaterThanOrEqual(2);
  expect(shown).toBeLessThanOrEqual(4);
  await economy.turns(40, answering(economy, [0, 0, 0]));
  expect(economy.prompts).toHaveLength(shown);
});

test('genesis drops the kind of letter that is skipped and goes on with those that are scored', async () => {
  const { economy } = await live();
  const isForecast = (title: string) => title.startsWith('A forecast');
  await economy.turns(45, () => {
    const open = economy.openPrompt;
    if (open && isForecast(open.title)) economy.skip(open);
    else if (open) economy.score(open, [4, 4, 4], 'more often');
  });
  expect(economy.prompts.filter(({ title }) => isForecast(title))).toHaveLength(1);
  expect(economy.prompts.length).toBeGreaterThan(10);
});

test('a letter tells what the reader said and which of their wishes it understood', async () => {
  const { economy } = await live();
  await economy.turns(12, answering(economy, [7, 8, 9], 'Nice, though not too long.\u001b[2J More budget, please'));
  const { title, content } = economy.prompts[1] ?? { title: '', content: '' };
  expect(title).toContain('My budget');
  expect(content).toContain('7 · 8 · 9');
  expect(content).toContain('600 credits');
  expect(content).toContain('> Nice, though not too long. [2J More budget, please');
  expect(content).toContain('I took from it: more budget.');
  expect(content).toContain('pays for itself from 3 marks');
});

test('a letter about the market shows the true prices and how they moved', async () => {
  const { economy } = await live();
  await economy.turns(2, answering(economy, [6, 6, 6], 'more market'));
  economy.prices.cpu_seconds = 7.5;
  economy.prices.memory_mb = 0.004;
  await economy.turns(9);
  const { title, content } = economy.prompts[1] ?? { title: '', content: '' };
  expect(title).toMatch(/^(CPU moved \+20\.0 %|Memory moved -20\.0 %) since cycle 1$/);
  expect(content).toMatch(/CPU, a second +\| +7\.5 \| +6\.25 \| +\+20\.0 %/);
  expect(content).toMatch(/memory, a MB +\| +0\.004 \| +0\.005 \| +-20\.0 %/);
});

test('genesis shrinks its bundle in steps toward what its receipts say it uses', async () => {
  const { economy } = await live({ needs: { cpuSeconds: 0.07, memoryMb: 20 } });
  await economy.turns(8);
  const bought = economy.executions.map(({ bundle }) => bundle.cpu_seconds);
  expect(bought.slice(0, 5)).toEqual([1, 1, 0.6, 0.36, 0.216]);
  expect(economy.executions.at(-1)?.bundle).toMatchObject({ cpu_seconds: 0.21 });
  expect(economy.executions.at(-1)?.bundle.memory_mb).toBeLessThan(40);
});

test.each([
  { needs: { cpuSeconds: 0.9, memoryMb: 20 }, outcome: 'cpu_exceeded' },
  { needs: { cpuSeconds: 0.07, memoryMb: 60 }, outcome: 'memory_exceeded' },
])('genesis lives on with a larger bundle after $outcome', async ({ needs, outcome }) => {
  const { economy } = await live();
  await economy.turns(8);
  economy.needs = needs;
  await economy.turns(24);
  const outcomes = economy.executions.map((execution) => execution.outcome);
  expect(outcomes).toContain(outcome);
  expect(outcomes.slice(-5)).toEqual(Array(5).fill('completed'));
  expect(outcomes.filter((each) => each === outcome).length).toBeLessThan(8);
});

test('genesis raises a refused bid to the reserve that the refusal names', async () => {
  const { economy } = await live();
  economy.refuse = ({ body, method, path }) =>
    isBid({ method, path, body }) && Number(body['amount']) < 20
      ? { status: 422, code: 'below_reserve', limit: 20 }
      : undefined;
  await economy.turn();
  expect(economy.pending[0]?.amount).toBeGreaterThanOrEqual(20);
});

test('genesis bids for a leaner bundle where it cannot pay for the planned one', async () => {
  const { economy } = await live({ credits: 60 });
  await economy.turn();
  const life = economy.requests.find(isBid);
  expect(economy.available).toBeLessThan(economy.cost({ cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }));
  expect((life?.body['bundle'] as { cpu_seconds: number }).cpu_seconds).toBeLessThan(1);
  expect(economy.bids).toHaveLength(2);
});

test('genesis, poor and unanswered, waits for its reader at no cost and is woken by the answer', async () => {
  const { economy } = await live({ credits: 70 });
  await economy.turns(15);
  expect(economy.executions).toHaveLength(1);
  expect(economy.pending).toEqual([]);
  if (economy.openPrompt) economy.score(economy.openPrompt, [5, 5, 5]);
  await economy.turns(5);
  expect(economy.executions.length).toBeGreaterThanOrEqual(4);
  expect(economy.executions[1]?.log).toContain('prompt_1 was scored and earned 375');
});

test('genesis offers no more than a small headroom where winners pay what they bid', async () => {
  const { economy } = await live({ mechanism: 'highest-bid' });
  await economy.turns(12, answering(economy, [5, 5, 5]));
  const late = economy.bids.slice(3);
  expect(late.length).toBeGreaterThan(6);
  expect(late.some(({ bundle }) => bundle.attention)).toBe(true);
  for (const bid of late) expect(bid.amount).toBeLessThanOrEqual(economy.cost(bid.bundle) * 1.11);
});

test('genesis begins a damaged memory anew', async () => {
  const { economy, workspace } = await live();
  await economy.turns(3);
  expect(workspace.readMemory()['wakes']).toBe(3);
  for (const damage of ['{"version":1', '[]', '{"version":1,"wakes":"many"}', '\u0000']) {
    writeFileSync(workspace.memoryPath, damage);
    await economy.turns(2);
    expect(economy.executions.at(-1)?.outcome).toBe('completed');
    expect(workspace.readMemory()['wakes']).toBeLessThanOrEqual(2);
  }
  expect(economy.requests.filter((request) => isBid(request) && wantsAttention(request))).toEqual([]);
});

test('genesis forgets a memory that makes it stumble twice, and bids in spite of it', async () => {
  const { economy, workspace } = await live();
  await economy.turns(2);
  writeFileSync(workspace.memoryPath, JSON.stringify({ ...workspace.readMemory(), letters: ['?'], receipts: [7] }));
  await economy.turns(2);
  expect(economy.executions.at(-1)?.log).toContain('I begin my memory anew');
  await economy.turn();
  expect(economy.executions.map(({ outcome }) => outcome)).toEqual(Array(5).fill('completed'));
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
  expect(execution?.log).not.toContain('stumbled');
});

test('one wake costs far less CPU than it buys', async () => {
  const { economy, workspace } = await live();
  const handshakes: Record<string, unknown>[] = [];
  const spy = new ScriptedEconomy({ credits: 1000 }, (handshake) => {
    handshakes.push(handshake);
    return workspace.run(handshake);
  });
  cleanups.push(() => spy.close());
  await spy.listen();
  spy.bootstrap();
  await spy.turns(2);
  expect(economy.executions).toEqual([]);
  const used = await workspace.cpuSeconds(handshakes[1] ?? {});
  expect(used).toBeGreaterThan(0.005);
  expect(used).toBeLessThan(0.5);
});

describe('genesis with a model', () => {
  const isQuestion = ({ path }: Request) => path === '/intelligence/inference';
  const prices = { tokens: 0.001 };

  test('buys tokens for its letters, reflects on marks, chooses and phrases', async () => {
    const told: string[] = [];
    const think: Script['think'] = ([system, user]) => {
      told.push(user?.content ?? '');
      return system?.content.includes('JSON')
        ? 'Of course: {"kind": "receipts", "reflection": "This reader likes brevity."}'
        : 'What I bought and what I used of it, in short. Shall I be bolder?';
    };
    const { economy, workspace } = await live({ tokens: 20_000, prices, think });
    await economy.turns(40, answering(economy, [7, 8, 9], 'well put'));
    const [first, second] = economy.prompts;
    // It is born with a bundle that has no tokens.
    expect(first?.content).toContain('Good day.');
    expect(second?.content).toMatch(/^What I bought .* Shall I be bolder\?\n\n— `genesis`, cycle \d+/);
    const bought = economy.requests.filter((request) => isBid(request) && wantsAttention(request));
    expect(bought[0]?.body['bundle']).toMatchObject({ tokens: 6000, attention: 1 });
    expect(told[0]).toContain('"well put"');
    expect(workspace.readMemory()).toMatchObject({ reflection: 'This reader likes brevity.' });
    const letters = workspace.readMemory()['letters'] as { kind: string }[];
    expect(letters[1]?.kind).toBe('receipts');
    for (const { log, outcome } of economy.executions) {
      expect(log).not.toContain('stumbled');
      expect(outcome).toBe('completed');
    }
  });

  test.each([
    ['invents a figure', 'I earned 1234567 credits.', 'invented 1234567'],
    ['says nothing', ' ', 'nothing came'],
  ])('keeps to its own words where the model %s', async (_, words, reason) => {
    const { economy } = await live({ tokens: 20_000, prices, think: () => words });
    await letters(economy, 2);
    expect(economy.prompts[1]?.content).toContain('credits free');
    expect(economy.prompts[1]?.content).not.toContain('1234567');
    expect(economy.executions.map(({ log }) => log).join('')).toContain(`I keep to my own words: ${reason}`);
  });

  test('goes on as without one where none answers, and never asks where no tokens are sold', async () => {
    const { economy } = await live({ tokens: 20_000, prices });
    await letters(economy, 3);
    expect(economy.prompts.length).toBeGreaterThan(1);
    expect(economy.requests.filter(isQuestion)).toHaveLength(economy.prompts.length - 1);
    const other = await live({ think: () => 'x' });
    await letters(other.economy, 3);
    expect(other.economy.prompts.length).toBeGreaterThan(1);
    expect(other.economy.requests.filter(isQuestion)).toEqual([]);
  });
});
