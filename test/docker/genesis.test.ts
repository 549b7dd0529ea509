import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeProvider } from '../helpers/fake-provider.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { KEY, providersAt } from '../helpers/provider-settings.ts';

// Genesis as its operator meets it, in real containers: it shows letters, reads marks, and raises children.

interface Prompt {
  readonly id: string;
  readonly agent_id: string;
  readonly title: string;
  readonly content: string;
  readonly request_id: string | null;
  readonly status: string;
}
interface Bid {
  readonly agent_id: string;
  readonly payer: string;
}

const FAST = ['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.memory_mb=4000'];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function home(...settings: readonly string[]): ProgramHome {
  const place = programHome([...FAST, ...settings]);
  cleanups.push(() => place.close());
  return place;
}

/** Marks the root's letters well and all others with 0, until it is enough. */
async function liveUntil(place: ProgramHome, isEnough: (prompts: readonly Prompt[]) => boolean | Promise<boolean>) {
  const run = place.start('run', '--headless');
  await until(
    async () => {
      for (const { id, agent_id: author } of await place.json<Prompt[]>('prompts', '--open')) {
        const marks = author === 'genesis' ? ['6', '7', '8'] : ['0', '0', '0'];
        await place.within('score', id, ...marks, '--reason', author === 'genesis' ? 'well put' : 'not for me');
      }
      return isEnough(await place.json<Prompt[]>('prompts'));
    },
    Boolean,
    500_000,
  );
  await place.within('stop');
  expect(await exitOf(run)).toBe(0);
  expect(await place.json('audit')).toMatchObject({ ok: true });
}

const answeredOf = (prompts: readonly Prompt[], isIt: (agent: string) => boolean) =>
  prompts.filter(({ agent_id: author, status }) => isIt(author) && status === 'scored').length;

/** What its child was told, how often it was paid for, and that no execution ended in disorder. */
async function expectRaised(place: ProgramHome, child: string): Promise<void> {
  expect(await place.json('agent', child)).toMatchObject({ parent: 'genesis' });
  const sponsored = (await place.json<Bid[]>('bids')).filter((bid) => bid.agent_id === child && bid.payer !== child);
  expect(sponsored.length).toBe(2);
  const executions = await place.json<{ id: string; agent_id: string; outcome: string }[]>('executions');
  expect(executions.filter(({ outcome }) => outcome !== 'completed' && outcome !== 'stopped_by_operator')).toEqual([]);
  const logs = new Map<string, string>();
  for (const { id, agent_id: author } of executions)
    logs.set(author, (logs.get(author) ?? '') + (await place.within('logs', id)).stdout);
  for (const log of logs.values()) expect(log).not.toContain('stumbled');
  expect(logs.get(child)).toContain('genesis told me what it learnt');
}

describe('genesis', () => {
  it('shows letters without a model, has a child, tells it what it learnt, and pays for it no more than it earns', async () => {
    const place = home();
    expect(await place.within('bootstrap')).toMatchObject({ status: 0 });
    const minutes = join(place.directory, 'minutes.txt');
    writeFileSync(minutes, 'Hello.\nThe budget is discussed below.\n');
    const asked = await place.within('ask', 'Where is the budget discussed?', '--file', minutes);
    expect(asked, asked.stderr).toMatchObject({ status: 0 });
    const isChild = (agent: string) => agent === 'genesis-riddles';
    let seen = 0;
    await liveUntil(place, (prompts) => {
      // Some more of the root's letters after the child's third: time in which it could have paid on.
      if (answeredOf(prompts, isChild) < 3) seen = answeredOf(prompts, (agent) => agent === 'genesis');
      return answeredOf(prompts, (agent) => agent === 'genesis') >= seen + 4;
    });
    const prompts = await place.json<Prompt[]>('prompts');
    expect(answeredOf(prompts, isChild)).toBe(3);
    expect(prompts.find(({ agent_id: author }) => isChild(author))?.title).toMatch(/^A riddle/);
    const [wished, ...more] = prompts.filter(({ request_id: wish }) => wish !== null);
    expect(wished).toMatchObject({ request_id: 'request_1' });
    expect(wished?.content).toContain('minutes.txt`, line 2: The budget is discussed below.');
    expect(more).toEqual([]);
    const second = prompts.filter(({ agent_id: author }) => author === 'genesis').at(1);
    expect(second?.content).toContain('You gave 6 · 7 · 8');
    expect(second?.content).toContain('well put');
    await expectRaised(place, 'genesis-riddles');
  });

  it('writes with a model, learns from its marks, and has the child that the model thought of', async () => {
    const provider = await startFakeProvider();
    cleanups.push(() => provider.close());
    const keyFile = join(tmpdir(), `bp-genesis-key-${process.pid}`);
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
    cleanups.push(() => rmSync(keyFile, { force: true }));
    const told: string[] = [];
    provider.behave(({ body }) => {
      const [, asked] = body['messages'] as { content: string }[];
      const { you, child } = JSON.parse(asked?.content ?? '{}') as { you: { id: string }; child: object | null };
      told.push(asked?.content ?? '');
      const answer = {
        ...{
          title: `A thought of ${you.id}`,
          content: 'Made for you.',
          request_id: 'request_1',
          lesson: 'Likes it short.',
        },
        ...(child && { child: { field: 'poems', instructions: 'Write poems.' } }),
      };
      return { words: [JSON.stringify(answer)], usage: { input: 400, output: 90 } };
    });
    const providers = providersAt(provider.origin, { provider: { key_env: undefined, key_file: keyFile } });
    const place = home('market.supply.tokens=20000', `intelligence.providers=${providers}`);
    expect(await place.within('bootstrap')).toMatchObject({ status: 0 });
    expect(await place.within('ask', 'Something for me')).toMatchObject({ status: 0 });
    const isChild = (agent: string) => agent === 'genesis-poems';
    let seen = 0;
    await liveUntil(place, (prompts) => {
      if (answeredOf(prompts, isChild) < 3) seen = answeredOf(prompts, (agent) => agent === 'genesis');
      return answeredOf(prompts, (agent) => agent === 'genesis') >= seen + 4;
    });
    const prompts = await place.json<Prompt[]>('prompts');
    expect(prompts.at(0)).toMatchObject({
      agent_id: 'genesis',
      title: 'A thought of genesis',
      request_id: 'request_1',
    });
    expect(prompts.filter(({ agent_id: author }) => isChild(author))).toMatchObject(
      Array(3).fill({ title: 'A thought of genesis-poems' }),
    );
    // The second execution that writes has read the marks of the first; the child has other instructions.
    expect(told[1]).toContain('well put');
    expect(told.find((asked) => asked.includes('genesis-poems'))).toContain('Write poems.');
    expect(told.join('')).not.toContain(KEY);
    const executions = await place.json<{ used: { tokens: number } }[]>('executions');
    const calls = await place.json<{ billed: number }[]>('calls');
    expect(calls.length).toBe(told.length);
    expect(executions.reduce((sum, { used }) => sum + used.tokens, 0)).toBe(
      calls.reduce((sum, { billed }) => sum + billed, 0),
    );
    await expectRaised(place, 'genesis-poems');
  });
});
