import { afterEach, describe, expect, it } from 'vitest';
import type { CallObserver } from '../../../src/domain/ended-call.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import type { Logger } from '../../../src/platform/logger.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { Traces } from '../../../src/telemetry/traces/traces.ts';
import { accepted, BARE, runningAgent, settle, WITH_ATTENTION } from '../../helpers/economy.ts';
import { startCollector, type OtlpCollector, type SentSpan } from '../../helpers/otlp-collector.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
let collector: OtlpCollector;
let traces: Traces;
let logged: string[];
afterEach(async () => {
  await traces.close();
  await mind.close();
  await collector.close();
});

async function open(...overrides: readonly string[]): Promise<void> {
  collector = await startCollector();
  const fast = ['traces.interval_ms=20', 'traces.timeout_ms=500', 'traces.flush_ms=1000'];
  const calls: CallObserver = {
    get contentCharsMax() {
      return traces.contentCharsMax;
    },
    callEnded: (call) => traces.callEnded(call),
  };
  mind = await startThinkingAgent({
    overrides: [`traces.endpoint=${collector.endpoint}`, ...fast, ...overrides],
    calls,
  });
  traces = await openTraces();
}

async function openTraces(): Promise<Traces> {
  logged = [];
  const note = (_fields: object, message: string) => void logged.push(message);
  const logger: Logger = { debug: () => undefined, info: note, warn: note, error: note };
  const { economy } = mind.test;
  const opened = await Traces.open({ economy, home: economy.home, version: '1.2.3', clock: systemClock(), logger });
  if (!opened) throw new Error('there are no traces');
  return opened;
}

/** The agent's execution ends. */
function end(executionId = mind.agent.executionId): void {
  mind.test.economy.clock.advance(3000);
  settle(mind.test.economy, executionId);
  tell(executionId);
}

function tell(executionId: number): void {
  traces.note({ kind: 'settled', executionId, agentId: 'thinker', outcome: 'completed', detail: '' });
}

const SECRET = 'where is the treasure';
const ask = { model: 'small', messages: [{ role: 'user' as const, content: SECRET }] };
const named = (spans: readonly SentSpan[], name: string) => spans.find((span) => span.name === name);

describe('an execution', () => {
  it('is a trace of its start, its run and its calls of models, by the conventions for them', async () => {
    await open();
    mind.provider.behave({ usage: { input: 11, cached: 5, output: 4 } });
    await mind.openai.chat.completions.create(ask);
    await mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 20 });
    await mind.openai.embeddings.create({ model: 'embed', input: SECRET });
    end();
    const [whole] = await collector.until(/^invoke_agent thinker$/);
    const spans = [...collector.spans];
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'chat claude',
      'chat gpt',
      'embeddings embed',
      'invoke_agent thinker',
      'run',
      'start',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const run = named(spans, 'run');
    const chat = named(spans, 'chat gpt');
    expect(run?.parentSpanId).toBe(whole?.spanId);
    expect(chat?.parentSpanId).toBe(run?.spanId);
    expect(whole).toMatchObject({
      ...{ parentSpanId: undefined, kind: 1, status: {} },
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.id': 'thinker',
        'bp_agents.execution.outcome': 'completed',
        'bp_agents.bid.waited_seconds': 10,
        'bp_agents.bought.cpu_seconds': 1,
      },
      resource: { 'service.name': 'bp-agents', 'service.version': '1.2.3' },
    });
    expect((whole?.endedAt ?? 0) - (whole?.startedAt ?? 0)).toBe(3000);
    expect(chat).toMatchObject({
      kind: 3,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt',
        'gen_ai.usage.input_tokens': 11,
        'gen_ai.usage.cache_read.input_tokens': 5,
        'gen_ai.usage.output_tokens': 4,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(mind.provider.origin).port),
        'bp_agents.call.provider': 'one',
      },
    });
    expect(named(spans, 'chat claude')?.attributes['gen_ai.provider.name']).toBe('anthropic');
  });

  it('that failed, and a call that did, say so', async () => {
    await open('intelligence.retries=0');
    mind.provider.behave({ status: 500, message: SECRET });
    await mind.openai.chat.completions.create(ask).catch(() => undefined);
    settle(mind.test.economy, mind.agent.executionId, 'memory_exceeded');
    tell(mind.agent.executionId);
    const [whole] = await collector.until(/^invoke_agent/);
    expect(whole).toMatchObject({
      status: { code: 2, message: 'memory_exceeded' },
      attributes: { 'error.type': 'memory_exceeded' },
    });
    const chat = named(collector.spans, 'chat gpt');
    expect(chat).toMatchObject({ status: { code: 2, message: 'failed' }, attributes: { 'error.type': 'failed' } });
    expect(collector.bodies.join('')).not.toContain('treasure');
  });

  it('tells the bids that it placed, and its prompt', async () => {
    await open();
    const { economy } = mind.test;
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    economy.clock.advance(500);
    const amount = bundleCost(BARE, economy.store.markets.prices());
    accepted(placeBid(economy, 'ada', { bundle: BARE, amount }));
    const caller = { executionId: execution.id, agentId: 'ada' };
    accepted(submitPrompt(economy, caller, { title: SECRET, content: SECRET }));
    end(execution.id);
    const [whole] = await collector.until(/^invoke_agent ada$/);
    expect(whole?.events).toMatchObject([
      { name: 'bp_agents.bid', attributes: { 'bp_agents.bid.id': 'bid_3', 'bp_agents.bid.agent': 'ada' } },
      { name: 'bp_agents.prompt', attributes: { 'bp_agents.prompt.id': 'prompt_1' } },
    ]);
    expect(collector.bodies.join('')).not.toContain('treasure');
  });

  it('has the same ids whoever sends it, and no other execution has them', async () => {
    await open();
    await mind.openai.chat.completions.create(ask);
    end();
    const first = [...(await collector.until(/^(invoke_agent thinker|run|start|chat gpt)$/, 4))];
    await traces.close();
    traces = await openTraces();
    tell(mind.agent.executionId);
    const all = await collector.until(/^(invoke_agent thinker|run|start|chat gpt)$/, 8);
    const ids = (spans: readonly SentSpan[]) => spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`).sort();
    expect(ids(all.slice(4))).toEqual(ids(first));
    const { execution } = runningAgent(mind.test.economy, 'ada');
    end(execution.id);
    const [other] = await collector.until(/^invoke_agent ada$/);
    expect(other?.traceId).not.toBe(first[0]?.traceId);
  });
});

describe('what is asked, answered and shown', () => {
  const attribute = (name: string, key: string) =>
    JSON.parse(String(named(collector.spans, name)?.attributes[key])) as unknown;

  it('is told nowhere unless the operator asks for it', async () => {
    await open('intelligence.log_content=true');
    mind.provider.behave({ words: [SECRET] });
    await mind.openai.chat.completions.create(ask);
    end();
    await collector.until(/^invoke_agent/);
    expect(collector.bodies.join('')).not.toContain('treasure');
  });

  it('is told as messages where the operator does', async () => {
    await open('traces.content=true');
    mind.provider.behave({ words: ['under ', 'the tree'] });
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    for await (const _chunk of stream);
    await mind.anthropic.messages.create({
      ...{ model: 'claude', max_tokens: 20, system: 'Be short.' },
      messages: [{ role: 'user', content: [{ type: 'text', text: SECRET }] }],
    });
    end();
    await collector.until(/^invoke_agent/);
    const asked = { role: 'user', parts: [{ type: 'text', content: SECRET }] };
    const answered = [{ role: 'assistant', parts: [{ type: 'text', content: 'under the tree' }] }];
    expect(attribute('chat gpt', 'gen_ai.input.messages')).toEqual([asked]);
    expect(attribute('chat gpt', 'gen_ai.output.messages')).toEqual(answered);
    const system = { role: 'system', parts: [{ type: 'text', content: 'Be short.' }] };
    expect(attribute('chat claude', 'gen_ai.input.messages')).toEqual([system, asked]);
    expect(attribute('chat claude', 'gen_ai.output.messages')).toEqual(answered);
    // The records keep none of it: that is another setting.
    const records = mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 10);
    expect(records.map(({ content }) => content)).toEqual([null, null]);
  });

  it('is cut to the length that is set, its newest part being kept of what was asked', async () => {
    await open('traces.content=true', 'traces.content_chars_max=8');
    await mind.openai.chat.completions.create(ask);
    end();
    await collector.until(/^invoke_agent/);
    expect(attribute('chat gpt', 'gen_ai.input.messages')).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'treasure' }] },
    ]);
    expect(attribute('chat gpt', 'gen_ai.output.messages')).toMatchObject([{ parts: [{ content: 'Hello, w' }] }]);
  });
});

describe('a collector', () => {
  it('that is down loses what it does not take, holds up nothing, and is logged once', async () => {
    await open();
    const { endpoint } = collector;
    await collector.close();
    end();
    for (const id of ['ada', 'bob']) end(runningAgent(mind.test.economy, id).execution.id);
    await waitFor(() => logged.length > 0);
    end(runningAgent(mind.test.economy, 'cleo').execution.id);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(logged).toEqual(['traces are not taken: until they are, they are lost']);
    collector = await startCollector(Number(new URL(endpoint).port));
    end(runningAgent(mind.test.economy, 'dora').execution.id);
    await collector.until(/^invoke_agent dora$/);
    await waitFor(() => logged.length > 1);
    expect(logged.slice(1)).toEqual(['traces are taken again']);
  });

  it('that never answers does not keep the program from its end', async () => {
    await open('traces.interval_ms=60000', 'traces.timeout_ms=60000', 'traces.flush_ms=200');
    collector.status = 503;
    end();
    const begun = performance.now();
    await traces.close();
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(logged).toContain('some traces could not be sent before the end');
  });

  it('gets at the end what was still waiting', async () => {
    await open('traces.interval_ms=60000');
    end();
    await traces.close();
    expect(named(collector.spans, 'invoke_agent thinker')).toBeDefined();
    expect(logged).toEqual([]);
  });
});

async function waitFor(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries > 1000) throw new Error('it never became true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
