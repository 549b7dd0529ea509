import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeProvider, type Behaviour, type FakeProvider } from '../helpers/fake-provider.ts';
import { needsCommand } from '../helpers/needs.ts';
import { bringPackages } from '../helpers/packages.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';
import { providersAt } from '../helpers/provider-settings.ts';
import { bringPythonSdk } from '../helpers/python-sdk.ts';

// A provider that misbehaves in every way we know, asked by the real SDKs in a real container.

/** Each with what is billed: what was reported, what was counted here, or nothing. */
type Bill = 'reported' | 'counted' | 'nothing';

const REPORTED = { input: 60, output: 9 };
const BELOW_ZERO = { prompt_tokens: -5, input_tokens: -5, output_tokens: 4, promptTokenCount: -5 };
const error = { message: 'the model is overloaded', type: 'overloaded_error' };

const FAULTS: Readonly<Record<string, { readonly behaviour: Behaviour; readonly whole: Bill; readonly stream: Bill }>> =
  {
    none: { behaviour: {}, whole: 'reported', stream: 'reported' },
    'no last event': { behaviour: { withoutLast: true }, whole: 'reported', stream: 'reported' },
    'the input comes last': { behaviour: { lateInput: true }, whole: 'reported', stream: 'reported' },
    'no figures': { behaviour: { usage: null }, whole: 'counted', stream: 'counted' },
    'no input': { behaviour: { usage: { input: 0, output: 9 } }, whole: 'counted', stream: 'counted' },
    'far too little input': { behaviour: { usage: { input: 1, output: 9 } }, whole: 'counted', stream: 'counted' },
    'no output': { behaviour: { usage: { input: 60, output: 0 } }, whole: 'counted', stream: 'counted' },
    'figures below zero': { behaviour: { rawUsage: BELOW_ZERO }, whole: 'counted', stream: 'counted' },
    'an error for an answer': {
      behaviour: { garbage: JSON.stringify({ error }) },
      whole: 'nothing',
      stream: 'nothing',
    },
    'too many calls': { behaviour: { status: 429 }, whole: 'nothing', stream: 'nothing' },
    'an error of its own': { behaviour: { status: 500 }, whole: 'nothing', stream: 'nothing' },
    'no answer': { behaviour: { cutAfter: 0 }, whole: 'nothing', stream: 'nothing' },
    'an answer cut short': { behaviour: { cutAfter: 3 }, whole: 'reported', stream: 'counted' },
  };

const FORMS = ['chat', 'responses', 'messages', 'contents'];
/** The last event of these holds the figures itself: without it a stream is cut short. */
const LAST_HAS_FIGURES = ['responses', 'contents'];
/** Each fault in each form, whole and streamed, in an order by chance. */
const CASES = Object.keys(FAULTS)
  .flatMap((fault) => FORMS.flatMap((form) => [false, true].map((isStream) => ({ fault, form, isStream }))))
  .filter(({ fault, form }) => fault !== 'no last event' || !LAST_HAS_FIGURES.includes(form))
  .map((plan) => ({
    plan,
    order: createHash('sha256')
      .update(`one ${JSON.stringify(plan)}`)
      .digest('hex'),
  }))
  .sort((one, other) => one.order.localeCompare(other.order))
  .map(({ plan }) => plan);

/** Anthropic's SDK can't go on without figures: the answer has arrived all the same. */
const isLostOnSdk = ({ fault, form, isStream }: Case) =>
  isStream && form === 'messages' && (fault === 'no figures' || fault === 'figures below zero');

/** Words enough that far too little is known for what it is. */
const words = (place: number) => `Case ${place}. ${'What is scarce has a price. '.repeat(6)}`;

const JAVASCRIPT = `
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { readFileSync } from 'node:fs';

const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic({ maxRetries: 0 });
const google = new GoogleGenAI({});
const limit = 200;

const ask = {
  async chat(content, stream) {
    const call = { model: 'gpt', messages: [{ role: 'user', content }], max_tokens: limit };
    if (!stream) return (await openai.chat.completions.create(call)).choices[0].message.content;
    return (await openai.chat.completions.stream(call).finalChatCompletion()).choices[0].message.content;
  },
  async responses(input, stream) {
    const call = { model: 'gpt', input, max_output_tokens: limit };
    if (!stream) return (await openai.responses.create(call)).output_text;
    return (await openai.responses.stream(call).finalResponse()).output_text;
  },
  async messages(content, stream) {
    const call = { model: 'claude', messages: [{ role: 'user', content }], max_tokens: limit };
    if (!stream) return (await anthropic.messages.create(call)).content[0].text;
    return await anthropic.messages.stream(call).finalText();
  },
  async contents(contents, stream) {
    const call = { model: 'gemini', contents, config: { maxOutputTokens: limit } };
    if (!stream) return (await google.models.generateContent(call)).text;
    let text = '';
    for await (const chunk of await google.models.generateContentStream(call)) text += chunk.text ?? '';
    return text;
  },
};

for (const [place, { form, isStream, words }] of JSON.parse(readFileSync('cases.json', 'utf8')).entries()) {
  const answer = await ask[form](words, isStream).catch((error) => ({ error: String(error.message) }));
  console.log('told ' + JSON.stringify({ place, answer }));
}
`;

const PYTHON = `
import json
from openai import OpenAI

client = OpenAI(max_retries=0)
LIMIT = 200

def chat(content, stream):
    call = dict(model="gpt", messages=[{"role": "user", "content": content}], max_tokens=LIMIT)
    if not stream:
        return client.chat.completions.create(**call).choices[0].message.content
    chunks = client.chat.completions.create(**call, stream=True)
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

def responses(content, stream):
    call = dict(model="gpt", input=content, max_output_tokens=LIMIT)
    if not stream:
        return client.responses.create(**call).output_text
    with client.responses.stream(**call) as events:
        return events.get_final_response().output_text

for place, case in enumerate(json.load(open("cases.json"))):
    try:
        answer = globals()[case["form"]](case["words"], case["isStream"])
    except Exception as error:
        answer = {"error": str(error)}
    print("told " + json.dumps({"place": place, "answer": answer}), flush=True)
`;

type Case = (typeof CASES)[number];

interface Execution {
  readonly id: string;
  readonly outcome: string;
  readonly used: { readonly tokens: number };
}

interface Call {
  readonly outcome: string;
  readonly reserved: number;
  readonly billed: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

let provider: FakeProvider;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave(({ body }) => {
    const { fault } = CASES[Number(/Case (\d+)\./.exec(JSON.stringify(body))?.[1])]!;
    return { usage: REPORTED, ...FAULTS[fault]!.behaviour };
  });
  const providers = providersAt(provider.origin, { provider: { key_env: undefined } });
  place = programHome([
    ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=60', 'market.supply.tokens=1000000'],
    ...['market.prices.start.tokens=0.0001', `intelligence.providers=${providers}`],
    ...['intelligence.retries=0', 'intelligence.breaker_failures=1000', 'service.request_burst_max=1000'],
  ]);
});
afterAll(async () => {
  place.close();
  await provider.close();
});

interface Asker {
  readonly id: string;
  readonly main: Readonly<Record<string, string>>;
  readonly forms: readonly string[];
  readonly bring: (folder: string) => void;
}

const OF_NODE: Asker = {
  ...{ id: 'node', main: { 'main.mjs': JAVASCRIPT }, forms: FORMS },
  bring: (folder) => bringPackages(folder, ['openai', '@anthropic-ai/sdk', '@google/genai']),
};
// Those of Anthropic and Google are no packages of Debian's stable release.
const OF_PYTHON: Asker = {
  ...{ id: 'python', main: { 'main.py': PYTHON }, forms: ['chat', 'responses'], bring: bringPythonSdk },
};

describe('a provider that misbehaves is billed to the token or by our own count, and loses no answer that arrived', () => {
  it('asked by the SDKs of OpenAI, Anthropic and Google for JavaScript', () => expectBilled(OF_NODE));

  it('asked by the SDK of OpenAI for Python', async (context) => {
    needsCommand(context, 'apt-get', "the SDK comes from Debian's packages");
    await expectBilled(OF_PYTHON);
  });
});

async function expectBilled({ id, main, forms, bring }: Asker): Promise<void> {
  const asked = [...CASES.entries()].filter(([, { form }]) => forms.includes(form));
  const cases = asked.map(([number, { form, isStream }]) => ({ form, isStream, words: words(number) }));
  const folder = place.agentFolder(id, { ...main, 'cases.json': JSON.stringify(cases) });
  bring(folder);
  const bundle = 'cpu_seconds=30,memory_mb=512,tokens=200000,attention=0';
  expect(await place.within('bootstrap', '--id', id, '--from', folder, '--bundle', bundle)).toMatchObject({
    status: 0,
  });
  const before = provider.calls.length;
  expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });

  const [execution] = await place.json<Execution[]>('executions', '--agent', id);
  const { stdout } = await place.within('logs', execution?.id ?? '');
  expect(execution, stdout).toMatchObject({ outcome: 'completed' });
  const told = [...stdout.matchAll(/^told (.*)$/gm)].map(
    ([, line]) => JSON.parse(line!) as { answer: string | { error: string } },
  );
  const calls = await place.json<Call[]>('calls', '--execution', execution?.id ?? '', '--limit', '1000');
  expect(told).toHaveLength(cases.length);
  // Asked one after the other, so their records are in the same order.
  expect(calls).toHaveLength(cases.length);
  expect(provider.calls.length - before).toBe(cases.length);

  for (const [place, [, plan]] of asked.entries()) expectBill(plan, calls[place]!, told[place]!.answer);
  expect(calls.reduce((sum, { billed }) => sum + billed, 0)).toBe(execution?.used.tokens);
  expect(await place.json('audit')).toMatchObject({ ok: true });
}

function expectBill(plan: Case, call: Call, answer: string | { error: string }): void {
  const { fault, form, isStream } = plan;
  const name = `${fault}, ${form}, ${isStream ? 'streamed' : 'whole'}: ${JSON.stringify({ answer, call })}`;
  const bill = FAULTS[fault]![isStream ? 'stream' : 'whole'];
  if (bill === 'nothing') {
    expect.soft(call.billed, name).toBe(0);
    expect.soft(answer, name).toMatchObject({ error: expect.any(String) as string });
    return;
  }
  const isCut = isStream && fault === 'an answer cut short';
  if (isCut) expect.soft(answer, name).toMatchObject({ error: expect.stringMatching(/midst|broke|failed/) as string });
  else if (!isLostOnSdk(plan)) expect.soft(answer, name).toBe('Hello, world!');
  expect.soft(call.outcome, name).toBe(isCut ? 'broken_off' : 'completed');
  expect.soft(call.billed, name).toBe((call.input_tokens ?? 0) + (call.output_tokens ?? 0));
  if (bill === 'reported') expect.soft(call.billed, name).toBe(REPORTED.input + REPORTED.output);
  else {
    expect.soft(call.billed, name).toBeGreaterThan(REPORTED.input);
    expect.soft(call.billed, name).toBeLessThanOrEqual(call.reserved);
  }
}
