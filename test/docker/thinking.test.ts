import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { bringPackages } from '../helpers/packages.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { KEY, providersAt } from '../helpers/provider-settings.ts';

// The SDKs themselves, unmodified and unconfigured, in real containers.

const MAIN = `
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';

const told = {};
const hello = [{ role: 'user', content: 'Say hello.' }];
const tool = { name: 'weather', description: 'Of a place.', input_schema: { type: 'object', properties: {} } };
const tools = [{ type: 'function', function: { name: tool.name, parameters: tool.input_schema } }];
const openai = new OpenAI();
const anthropic = new Anthropic();
const google = new GoogleGenAI({});

told.chat = (await openai.chat.completions.create({ model: 'gpt', messages: hello })).choices[0].message.content;
let words = '';
for await (const chunk of await openai.chat.completions.create({ model: 'gpt', messages: hello, stream: true }))
  words += chunk.choices[0].delta.content ?? '';
told.stream = words;
told.response = (await openai.responses.create({ model: 'gpt', input: 'Say hello.' })).output_text;
const call = await openai.chat.completions.create({ model: 'gpt', messages: [{ role: 'user', content: 'tool' }], tools });
told.call = call.choices[0].message.tool_calls[0].function.arguments;

told.message = (await anthropic.messages.create({ model: 'claude', max_tokens: 50, messages: hello })).content[0].text;
const stream = anthropic.messages.stream({ model: 'claude', max_tokens: 50, messages: hello });
told.messageStream = await stream.finalText();
const use = await anthropic.messages.create({
  model: 'claude', max_tokens: 50, messages: [{ role: 'user', content: 'tool' }], tools: [tool],
});
told.use = use.content[0].input;

told.content = (await google.models.generateContent({ model: 'gemini', contents: 'Say hello.' })).text;
words = '';
for await (const chunk of await google.models.generateContentStream({ model: 'gemini', contents: 'Say hello.' }))
  words += chunk.text ?? '';
told.contentStream = words;
const functions = [{ name: tool.name, parametersJsonSchema: tool.input_schema }];
const asked = { model: 'gemini', contents: 'tool', config: { tools: [{ functionDeclarations: functions }] } };
told.functionCall = (await google.models.generateContent(asked)).functionCalls[0].args;

const { remaining } = await (await fetch(process.env.BP_SERVICE_URL + '/execution', {
  headers: { authorization: 'Bearer ' + process.env.BP_EXECUTION_TOKEN },
})).json();
told.left = remaining.tokens;

// And now everything at once, far over the budget.
const greed = [{ role: 'user', content: 'Be greedy.' }];
const greedy = await Promise.allSettled(
  Array.from({ length: 20 }, () => anthropic.messages.create({ model: 'claude', max_tokens: 400, messages: greed }, { maxRetries: 0 })),
);
told.refused = greedy.filter(({ status, reason }) => status === 'rejected' && reason.status === 402).length;
told.secrets = JSON.stringify(process.env).includes('${KEY}');
console.log(JSON.stringify(told));
`;

/** Of a call of the tool. */
const CALL = { input: 11, output: 9 };

/** The operator's: no variable of this process may hold it. */
const KEY_FILE = join(tmpdir(), `bp-key-${process.pid}`);

let provider: FakeProvider;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave(({ body }) => {
    const said = JSON.stringify(body['messages'] ?? body['contents'] ?? '');
    if (said.includes('tool')) return { tool: { name: 'weather', input: { city: 'Oslo' } }, usage: CALL };
    return said.includes('greedy') ? { delayMs: 200, usage: { input: 20, output: Number(body['max_tokens']) } } : {};
  });
  writeFileSync(KEY_FILE, `${KEY}\n`, { mode: 0o600 });
  const providers = providersAt(provider.origin, { provider: { key_env: undefined, key_file: KEY_FILE } });
  place = programHome([
    ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'market.supply.tokens=100000'],
    ...['market.prices.start.tokens=0.001', `intelligence.providers=${providers}`],
  ]);
});
afterAll(async () => {
  place.close();
  rmSync(KEY_FILE, { force: true });
  await provider.close();
});

describe('an agent with SDKs', () => {
  it('thinks within its budget, in a container without a network', async () => {
    const folder = place.agentFolder('thinker', { 'main.mjs': MAIN });
    bringPackages(folder, ['openai', '@anthropic-ai/sdk', '@google/genai']);
    const bundle = 'cpu_seconds=8,memory_mb=512,tokens=2000,attention=0';
    const made = await place.within('bootstrap', '--id', 'thinker', '--from', folder, '--bundle', bundle);
    expect(made).toMatchObject({ status: 0 });
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });

    const [execution] = await place.json<{ id: string; outcome: string; used: { tokens: number } }[]>('executions');
    const { stdout } = await place.within('logs', execution?.id ?? '');
    expect(execution, stdout).toMatchObject({ outcome: 'completed' });
    const told = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}') as Record<string, unknown>;
    expect(told).toMatchObject({
      ...{ chat: 'Hello, world!', stream: 'Hello, world!', response: 'Hello, world!', call: '{"city":"Oslo"}' },
      ...{ message: 'Hello, world!', messageStream: 'Hello, world!', use: { city: 'Oslo' } },
      ...{ content: 'Hello, world!', contentStream: 'Hello, world!', functionCall: { city: 'Oslo' } },
      ...{ left: 2000 - 7 * 15 - 3 * 20, secrets: false },
    });
    // Each of the twenty asked for 400 of the 1835 that were left.
    expect(told['refused']).toBeGreaterThan(5);

    const calls = await place.json<{ billed: number; provider: string }[]>('calls', '--execution', execution?.id ?? '');
    expect(calls.reduce((sum, { billed }) => sum + billed, 0)).toBe(execution?.used.tokens);
    expect(execution?.used.tokens).toBeLessThanOrEqual(2000);
    expect(await place.json('agent', 'thinker')).toMatchObject({ used_tokens: execution?.used.tokens });
    expect(await place.json('history')).toMatchObject([{ tokens: { sold: 2000, used: execution?.used.tokens } }]);
    expect(await place.json('audit')).toMatchObject({ ok: true });
    for (const { headers } of provider.calls)
      expect(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization?.replace('Bearer ', '')).toBe(
        KEY,
      );
  });
});

/** Asks with nothing but HTTP, again and again until it is answered. */
const PATIENT = `
import json, os, time, urllib.error, urllib.request
for attempt in range(60):
    request = urllib.request.Request(
        os.environ["BP_SERVICE_URL"] + "/intelligence/inference",
        json.dumps({"prompt": "slow", "max_tokens": 50}).encode(),
        {"Authorization": "Bearer " + os.environ["BP_EXECUTION_TOKEN"], "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            print(json.load(answer)["text"])
            break
    except (OSError, ValueError) as error:
        print(error)
        time.sleep(0.5)
`;

interface Call {
  readonly execution_id: string;
  readonly outcome: string | null;
  readonly reserved: number;
  readonly billed: number | null;
}

describe('a run that is killed while a provider is at work', () => {
  it('bills what was reserved at the next start, and the agent goes on with the rest', async () => {
    const bundle = 'cpu_seconds=8,memory_mb=64,tokens=3000,attention=0';
    const folder = place.agentFolder('patient', { 'main.py': PATIENT });
    expect(await place.within('bootstrap', '--id', 'patient', '--from', folder, '--bundle', bundle)).toMatchObject({
      status: 0,
    });
    let isSlow = true;
    provider.behave(() => (isSlow ? { hangAfter: 0 } : {}));
    const before = provider.calls.length;
    const market = place.start('run', '--headless');
    await until(
      () => Promise.resolve(provider.calls.length),
      (calls) => calls > before,
    );
    market.kill('SIGKILL');
    await exitOf(market);
    const [open] = (await place.json<Call[]>('calls')).slice(-1);
    expect(open).toMatchObject({ outcome: null, billed: null });
    isSlow = false;

    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    const calls = await place.json<Call[]>('calls', '--execution', open?.execution_id ?? '');
    expect(calls[0]).toMatchObject({ outcome: 'lost', billed: open?.reserved });
    expect(calls.at(-1)).toMatchObject({ outcome: 'completed', billed: 15 });
    const executions = await place.json<{ id: string; outcome: string; used: { tokens: number } }[]>('executions');
    const execution = executions.find(({ id }) => id === open?.execution_id);
    expect(execution).toMatchObject({ outcome: 'completed', used: { tokens: (open?.reserved ?? 0) + 15 } });
  });
});
