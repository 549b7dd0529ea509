import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Behaviour, ProviderCall } from '../../helpers/fake-provider.ts';
import type { TestAgent } from '../../helpers/service-client.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

const CALLS = 1000;
const AGENTS = 12;
const TOKENS = 2500;

let mind: ThinkingAgent;
const agents: TestAgent[] = [];
beforeAll(async () => {
  mind = await startThinkingAgent({
    tokens: TOKENS,
    provider: { concurrency: 40, idle_timeout_ms: 5000 },
    overrides: [
      ...['market.supply.memory_mb=10000', 'market.supply.cpu_seconds=100', 'intelligence.breaker_failures=1000'],
      ...['service.concurrent_requests_max=100', 'intelligence.retries=1'],
      // By what was asked each record is known again.
      'intelligence.log_content=true',
    ],
  });
  const bundle = { cpuMs: 1000, memoryMb: 64, tokens: TOKENS, attention: 0 } as const;
  for (let number = 0; number < AGENTS; number++) agents.push(await mind.test.agent(`a${number}`, { bundle }));
});
afterAll(() => mind.close());

interface Plan {
  readonly isStream: boolean;
  readonly kind: 'openai' | 'anthropic' | 'google';
  readonly behaviour: Behaviour;
  /** The agent leaves when it has had this many chunks. */
  readonly leaveAfter: number;
}

/** The same number is always the same call; what goes wrong is spread over all kinds. */
function planOf(number: number): Plan {
  const dice = createHash('sha256').update(`call ${number}`).digest();
  const [fault = 0, form = 0, input = 0, output = 0, delay = 0] = dice;
  // No less than its words come to: less would not be believed.
  const usage = { input: 20 + (input % 40), output: 4 + (output % 30) };
  const kinds: readonly Behaviour[] = [
    ...[{}, {}, {}, {}, {}, { usage: null }, { rawUsage: { prompt_tokens: -1 } }, { status: 500 }, { status: 429 }],
    ...[{ garbage: 'x' }, { cutAfter: 0 }, { cutAfter: 2 }, { hangAfter: 2 }, { hangAfter: 0 }],
  ];
  const behaviour = { usage, delayMs: delay % 20, ...kinds[fault % kinds.length] };
  const leaves = behaviour.hangAfter === 2 && fault % 2 === 0;
  const kind = (['openai', 'anthropic', 'google'] as const)[(form >> 1) % 3]!;
  return { isStream: form % 2 === 0, kind, behaviour, leaveAfter: leaves ? 1 : Infinity };
}

function numberOf(said: unknown): number {
  return Number(/call (\d+)/.exec(JSON.stringify(said))?.[1]);
}

/** What the provider does with a call; like a real one it keeps to the limit that it is given. */
function behaviourOf(body: ProviderCall['body']): Behaviour {
  const { behaviour } = planOf(numberOf(body));
  const { maxOutputTokens: googles } = (body['generationConfig'] ?? {}) as { readonly maxOutputTokens?: number };
  const most = Number(body['max_tokens'] ?? googles);
  const words = ['Hello', ',', ' world', '!'].slice(0, most);
  const { usage } = behaviour;
  return { ...behaviour, words, ...(usage && { usage: { ...usage, output: Math.min(usage.output, most) } }) };
}

/** The same question in the format of each. */
function written(number: number): { readonly path: string; readonly body: object } {
  const { isStream, kind } = planOf(number);
  const said = `call ${number}`;
  if (kind === 'google') {
    const body = { contents: [{ role: 'user', parts: [{ text: said }] }], generationConfig: { maxOutputTokens: 60 } };
    return { path: `/v1beta/models/gemini:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`, body };
  }
  const call = { messages: [{ role: 'user', content: said }], max_tokens: 60, stream: isStream };
  return kind === 'anthropic'
    ? { path: '/v1/messages', body: { ...call, model: 'claude' } }
    : { path: '/v1/chat/completions', body: { ...call, model: 'gpt' } };
}

function send({ socketPath, token }: TestAgent, number: number): Promise<number> {
  const { leaveAfter } = planOf(number);
  const { path, body } = written(number);
  const headers = { 'content-type': 'application/json', 'x-api-key': token };
  return new Promise((resolve) => {
    let chunks = 0;
    const outgoing = request({ socketPath, method: 'POST', path, headers, agent: false }, (incoming) => {
      incoming.on('data', () => {
        if (++chunks >= leaveAfter) outgoing.destroy();
      });
      incoming.on('close', () => resolve(incoming.statusCode ?? 0)).on('error', () => undefined);
    });
    outgoing.on('error', () => resolve(0));
    outgoing.end(JSON.stringify(body));
  });
}

it('what was billed is what the provider reported, or what the rule says where it reported nothing', async () => {
  mind.provider.behave(({ body }) => behaviourOf(body));
  let next = 0;
  const statuses = new Set<number>();
  const workers = Array.from({ length: 120 }, async (_, worker) => {
    while (next < CALLS) statuses.add(await send(agents[worker % AGENTS]!, next++));
  });
  await Promise.all(workers);

  // Which of the faults are met besides depends on how fast this machine is just now.
  expect([200, 402, 502, 503, 504]).toEqual(expect.arrayContaining([...statuses]));
  expect(statuses).toContain(200);
  const { store } = mind.test.economy;
  const calls = store.modelCalls.page(Number.MAX_SAFE_INTEGER, 10 * CALLS);
  expect(store.modelCalls.open()).toEqual([]);
  const outcomes = new Set(calls.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['completed', 'failed', 'broken_off', 'hung_up']));
  const sum = (numbers: readonly (number | null)[]) =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0);

  // What the provider reported of a call, by its own account. On a busy machine it may have answered too late.
  const reportedBy = new Map(
    mind.provider.calls.flatMap(({ body }) => {
      const { usage, rawUsage } = behaviourOf(body);
      return usage && rawUsage === undefined ? [[numberOf(body), usage.input + usage.output] as const] : [];
    }),
  );
  const reported = calls.filter(({ isReported }) => isReported === 1);
  expect(reported.length).toBeGreaterThan(100);
  for (const call of reported) expect(call.billed).toBe(reportedBy.get(numberOf(call.content)));
  const due = sum(reported.map(({ content }) => reportedBy.get(numberOf(content)) ?? NaN));
  expect(sum(reported.map(({ billed }) => billed))).toBe(due);

  for (const call of calls) {
    const { input, cached, output, isReported, outcome } = call;
    if (outcome === 'failed') expect(call.billed).toBe(0);
    else expect(call.billed).toBe(sum([input, cached, output]));
    expect(call.billed).toBeLessThanOrEqual(call.reserved);
    // Whole answers with figures are billed by these, and by nothing else.
    const { usage, rawUsage } = planOf(numberOf(call.content)).behaviour;
    if (outcome === 'completed') expect(isReported).toBe(Number(Boolean(usage) && rawUsage === undefined));
  }
  for (const { executionId } of agents) {
    const { bought, used, reserved } = store.modelCalls.account(executionId);
    expect(reserved).toBe(0);
    expect(used).toBe(sum(calls.filter((call) => call.executionId === executionId).map(({ billed }) => billed)));
    expect(used).toBeLessThanOrEqual(bought);
  }
  expect(mind.test.failures).toEqual([]);
});
