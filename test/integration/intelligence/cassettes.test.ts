import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openForRecording, openForReplay } from '../../../src/intelligence/cassette/cassette-file.ts';
import { openTransports } from '../../../src/intelligence/cassette/open-transports.ts';
import { recording } from '../../../src/intelligence/cassette/recording.ts';
import { replaying } from '../../../src/intelligence/cassette/replaying.ts';
import type { Provider } from '../../../src/intelligence/provider.ts';
import type { Transport } from '../../../src/intelligence/transport.ts';
import { recordedUsage } from '../../../src/intelligence/cassette/recorded-usage.ts';
import { callKey, type RecordedAnswer } from '../../../src/intelligence/cassette/recorded-answer.ts';
import type { Behaviour } from '../../helpers/fake-provider.ts';
import { KEY } from '../../helpers/provider-settings.ts';
import { startThinkingAgent, type ThinkingAgent, type ThinkingOptions } from '../../helpers/thinking-agent.ts';

let folder: string;
let mind: ThinkingAgent | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp-cassette-'));
});
afterEach(async () => {
  await mind?.close();
  mind = undefined;
  rmSync(folder, { recursive: true });
});

const tape = () => join(folder, 'tape.jsonl');
const lines = () => readFileSync(tape(), 'utf8').trimEnd().split('\n');
const answers = () => lines().map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
const NO_KEYS = { environment: {}, readFile: () => '' };

/** What an agent sees and pays with a cassette: recorded to, or in the place of the providers, which are gone then. */
async function withTape<T>(
  mode: 'record' | 'replay',
  work: (agent: ThinkingAgent) => Promise<T>,
  options: ThinkingOptions = {},
): Promise<{ readonly seen: T; readonly bills: readonly unknown[]; readonly asked: number }> {
  const overrides = [`intelligence.${mode}=${tape()}`, ...(options.overrides ?? [])];
  mind = await startThinkingAgent({ ...options, overrides, ...(mode === 'replay' && { keys: NO_KEYS }) });
  const agent = mind;
  if (mode === 'replay') await agent.provider.close();
  try {
    const seen = await work(agent);
    expect(agent.spent().reserved).toBe(0);
    const rows = agent.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1000);
    const bills = rows.map(({ outcome, input, cached, output, billed, isReported, route, reserved }) => ({
      ...{ outcome, input, cached, output, billed, isReported, route, reserved },
    }));
    expect(agent.test.failures).toEqual([]);
    return { seen, bills: bills.reverse(), asked: agent.provider.calls.length };
  } finally {
    if (mode === 'record') await agent.close();
    else await agent.test.close();
    mind = undefined;
  }
}

const usageOf = (bill: unknown) => {
  const { input, cached, output } = bill as { input: number; cached: number; output: number };
  return { input, cached, output };
};
const user = (content: string) => [{ role: 'user' as const, content }];
const ask = (agent: ThinkingAgent, content = 'x') =>
  agent.openai.chat.completions.create({ model: 'gpt', messages: user(content) });

async function all<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** One call of each kind. */
async function everything(agent: ThinkingAgent): Promise<unknown> {
  const { openai, anthropic, google } = agent;
  const chat = { model: 'gpt', messages: user('a') };
  const message = { model: 'claude', max_tokens: 50, messages: user('b') };
  const content = { model: 'gemini', contents: 'c' };
  const streamed = await openai.chat.completions.create({
    ...chat,
    stream: true,
    stream_options: { include_usage: true },
  });
  return [
    await openai.chat.completions.create(chat),
    await all(streamed),
    await openai.responses.create({ model: 'gpt', input: 'd' }),
    await all(await openai.responses.create({ model: 'gpt', input: 'd', stream: true })),
    await openai.embeddings.create({ model: 'embed', input: 'e' }),
    await anthropic.messages.create(message),
    await all(await anthropic.messages.create({ ...message, stream: true })),
    (await google.models.generateContent(content)).text,
    (await all(await google.models.generateContentStream(content))).map(({ text }) => text),
  ];
}

describe('a cassette', () => {
  it('repeats every kind of call to the byte and to the token, with no provider and no key', async () => {
    const recorded = await withTape('record', everything);
    expect(recorded.asked).toBe(9);
    const replayed = await withTape('replay', everything);
    expect(replayed.asked).toBe(0);
    expect(replayed.seen).toEqual(recorded.seen);
    expect(replayed.bills).toEqual(recorded.bills);
    expect(recorded.bills.map((bill) => (bill as { billed: number }).billed).every((billed) => billed > 0)).toBe(true);
  });

  it('tells afterwards what each answer was reported to have used', async () => {
    const { bills } = await withTape('record', everything);
    const used = answers().map((answer) => recordedUsage(answer as unknown as RecordedAnswer));
    expect(used).toEqual(bills.map((bill) => expect.objectContaining(usageOf(bill)) as unknown));
  });

  it('holds no key, no token and no execution, and only its owner can read it', async () => {
    await withTape('record', async (agent) => {
      agent.provider.behave({ words: [`your key is ${KEY.slice(0, 6)}`, KEY.slice(6), ', keep it'] });
      await ask(agent);
      agent.provider.behave({ words: [`your key is ${KEY}, keep it`] });
      await ask(agent, 'again');
      await all(await agent.openai.chat.completions.create({ model: 'gpt', messages: user('z'), stream: true }));
      expect(readFileSync(tape(), 'utf8')).not.toContain(agent.agent.token);
    });
    const written = readFileSync(tape(), 'utf8');
    expect(written).toContain('your key is …, keep it');
    expect(written).not.toContain(KEY);
    expect(written).not.toMatch(/exe_|authorization|x-api-key|127\.0\.0\.1/);
    expect(statSync(tape()).mode & 0o777).toBe(0o600);
    expect(Object.keys(answers()[0]!)).toEqual(['key', 'kind', 'path', 'status', 'end', 'headers', 'body']);
  });

  it('gives the answers to one and the same call in their order, then the last one again', async () => {
    const thrice = async (agent: ThinkingAgent) => {
      agent.provider.behave((_, number) => ({ words: [`answer ${number}`] }));
      const said = [await ask(agent), await ask(agent), await ask(agent)];
      return said.map(({ choices }) => choices[0]?.message.content);
    };
    expect((await withTape('record', thrice)).seen).toEqual(['answer 0', 'answer 1', 'answer 2']);
    const { seen } = await withTape('replay', async (agent) => [
      ...(await thrice(agent)),
      (await ask(agent)).choices[0]?.message.content,
    ]);
    expect(seen).toEqual(['answer 0', 'answer 1', 'answer 2', 'answer 2']);
  });

  it('tells calls apart by all that is sent, and not by the order of fields', async () => {
    await withTape('record', async (agent) => {
      await agent.openai.chat.completions.create({ model: 'gpt', messages: user('x'), temperature: 0.5, top_p: 0.1 });
    });
    const { bills } = await withTape('replay', async (agent) => {
      const create = (more: object) =>
        agent.openai.chat.completions.create({ model: 'gpt', messages: user('x'), ...more });
      await create({ top_p: 0.1, temperature: 0.5 });
      for (const other of [
        { temperature: 0.6, top_p: 0.1 },
        { temperature: 0.5 },
        { temperature: 0.5, top_p: 0.1, seed: 1 },
      ])
        await expect(create(other)).rejects.toMatchObject({ status: 404, code: 'not_recorded' });
    });
    expect(bills).toMatchObject([{ outcome: 'completed' }, ...[1, 2, 3].map(() => ({ outcome: 'failed', billed: 0 }))]);
  });

  it('has one key for a call, in whatever order the fields of its objects stand', () => {
    const key = callKey('openai', '/x', { a: 1, b: [{ c: 1, d: 2 }] });
    expect(callKey('openai', '/x', { b: [{ d: 2, c: 1 }], a: 1 })).toBe(key);
    for (const other of [
      callKey('anthropic', '/x', { a: 1, b: [{ c: 1, d: 2 }] }),
      callKey('openai', '/y', { a: 1, b: [{ c: 1, d: 2 }] }),
      callKey('openai', '/x', { a: '1', b: [{ c: 1, d: 2 }] }),
      callKey('openai', '/x', { a: 1, b: { c: 1, d: 2 } }),
      callKey('openai', '/x', { a: 1, b: [{ c: 1 }, { d: 2 }] }),
      callKey('openai', '/x', { a: 1, b: [{ c: 1, d: 2 }], ...(JSON.parse('{"__proto__": 1}') as object) }),
    ])
      expect(other).not.toBe(key);
  });

  it('refuses what it does not hold at once, costs nothing for it, and keeps on answering', async () => {
    await withTape('record', (agent) => ask(agent));
    const { asked } = await withTape(
      'replay',
      async (agent) => {
        for (let count = 0; count < 8; count += 1)
          await expect(ask(agent, 'unheard')).rejects.toMatchObject({
            ...{ status: 404, code: 'not_recorded', message: expect.stringMatching(/[0-9a-f]{64}/) as string },
          });
        expect(agent.spent()).toEqual({ used: 0, reserved: 0 });
        await ask(agent);
      },
      { overrides: ['intelligence.breaker_failures=2'] },
    );
    expect(asked).toBe(0);
  });

  it.each<[string, Behaviour]>([
    ['a 429', { status: 429 }],
    ['an error of its own', { status: 500 }],
    ['a refusal', { status: 400 }],
    ['no answer', { cutAfter: 0 }],
    ['what it compressed', { headers: { 'content-encoding': 'gzip' } }],
  ])('keeps no failure: %s', async (_, behaviour) => {
    await withTape('record', async (agent) => {
      agent.provider.behave(behaviour);
      await expect(ask(agent)).rejects.toThrow();
      agent.provider.behave({});
      await ask(agent);
    });
    expect(answers()).toMatchObject([{ status: 200, end: 'whole' }]);
  });

  it('breaks off where a stream broke off, and it costs the same', async () => {
    const broken = async (agent: ThinkingAgent) => {
      agent.provider.behave({ words: ['one ', 'two ', 'three '], cutAfter: 2 });
      const stream = await agent.openai.chat.completions.create({ model: 'gpt', messages: user('x'), stream: true });
      const words: unknown[] = [];
      await expect(
        (async () => {
          for await (const { choices } of stream) words.push(choices[0]?.delta.content);
        })(),
      ).rejects.toThrow(/broke off|aborted|closed|failed/);
      return words;
    };
    const recorded = await withTape('record', broken);
    expect(answers()).toMatchObject([{ end: 'broke_off' }]);
    const replayed = await withTape('replay', broken);
    expect(replayed.seen).toEqual(recorded.seen);
    expect(replayed.bills).toEqual(recorded.bills);
    expect(recorded.bills).toMatchObject([{ outcome: 'broken_off' }]);
  });

  it('holds of a stream that was left what had come of it', async () => {
    await withTape('record', async (agent) => {
      agent.provider.behave({ words: ['one ', 'two ', 'three '], hangAfter: 2 });
      const stream = await agent.openai.chat.completions.create({ model: 'gpt', messages: user('x'), stream: true });
      for await (const { choices } of stream) if (choices[0]?.delta.content?.startsWith('one')) break;
      stream.controller.abort();
      for (let tries = 0; tries < 500 && agent.spent().reserved > 0; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
    });
    expect(answers()).toMatchObject([{ end: 'left', body: expect.stringContaining('one ') as string }]);
  });
});

const SILENT = { debug: () => 0, info: () => 0, warn: () => 0, error: () => 0 };

async function* cutOff(body: string): AsyncGenerator<Buffer> {
  yield Buffer.from(body);
  await Promise.resolve();
  throw new Error('cut off');
}

describe('a cassette on the disk', () => {
  const answer = (key: string, body = 'b') =>
    ({ key, kind: 'openai', path: '/x', status: 200, headers: {}, end: 'whole', body }) as const;

  it('loses the line that was cut off by a crash, and no other', () => {
    const writer = openForRecording(tape());
    for (const key of ['a', 'b', 'c']) writer.append(answer(key), 1e6);
    writer.close();
    truncateSync(tape(), statSync(tape()).size - 5);
    const torn = openForReplay(tape());
    expect([torn.unreadable, torn.next('b')?.key, torn.next('c')]).toEqual([1, 'b', undefined]);
    torn.close();
    const again = openForRecording(tape());
    again.append(answer('d'), 1e6);
    again.close();
    const reader = openForReplay(tape());
    expect([reader.unreadable, reader.next('a')?.key, reader.next('d')?.key]).toEqual([1, 'a', 'd']);
    reader.close();
  });

  it('breaks off where an answer did that looks whole', async () => {
    const writer = openForRecording(tape());
    const call = { path: '/x', body: {}, signal: new AbortController().signal };
    const provider = { kind: 'openai', key: undefined, config: { answer_bytes_max: 1e6 } } as Provider;
    const inner: Transport = {
      send: () =>
        Promise.resolve({
          statusCode: 200,
          headers: {},
          body: Readable.from(cutOff('{"a": 1}'), { objectMode: false }),
        }),
      close: () => Promise.resolve(),
    };
    const deps = { writer, bytesMax: 1e6, logger: SILENT };
    const live = await recording(inner, provider, deps).send(call);
    await expect(text(live.body)).rejects.toThrow('cut off');
    writer.close();
    expect(answers()).toMatchObject([{ end: 'broke_off', body: '{"a": 1}' }]);
    const reader = openForReplay(tape());
    const replayed = await replaying(reader, provider).send(call);
    await expect(text(replayed.body)).rejects.toMatchObject({ code: 'ECONNRESET' });
    reader.close();
  });

  it('grows to its limit, and calls go on without it then', async () => {
    const limit = 4096;
    const { asked } = await withTape(
      'record',
      async (agent) => {
        agent.provider.behave({ words: ['x'.repeat(1500)], usage: { input: 1, output: 1 } });
        for (let count = 0; count < 5; count += 1) await ask(agent, `${count}`);
      },
      { overrides: [`intelligence.cassette_bytes_max=${limit}`] },
    );
    expect(asked).toBe(5);
    expect(statSync(tape()).size).toBeLessThanOrEqual(limit);
    expect(lines()).toHaveLength(2);
  });

  it('is told where it can not be used, and where lines of it are no answers', () => {
    const warnings: unknown[] = [];
    const logger = { ...SILENT, warn: (...told: readonly unknown[]) => void warnings.push(told) };
    const open = (settings: object) =>
      openTransports({ record: null, replay: null, cassette_bytes_max: 1e6, ...settings } as never, {
        home: folder,
        logger,
      });
    expect(() => open({ replay: 'missing.jsonl' })).toThrow(
      expect.objectContaining({ code: 'cassette_unusable' }) as Error,
    );
    expect(() => open({ record: '.' })).toThrow(expect.objectContaining({ code: 'cassette_unusable' }) as Error);
    expect(() => open({ record: '/dev/null' })).toThrow(/it is not a file/);
    writeFileSync(tape(), '{"key": 1}\nnonsense\n{}\n[1]\n');
    open({ replay: 'tape.jsonl' }).close();
    expect(warnings).toEqual([
      [{ cassette: tape() }, 'no model is asked: answers come from a cassette'],
      [{ cassette: tape(), lines: 4 }, 'lines of the cassette that are no answers are left out'],
    ]);
  });
});
