import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { startCollector, type OtlpCollector } from '../helpers/otlp-collector.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';

// The built program, with an agent that asks a model in a real container, and a collector of its traces.

const SECRET = 'the walrus answers';

/** Asks twice, once streamed, and shows what it heard. */
const MAIN = `
import json, os, urllib.request

def call(path, body):
    request = urllib.request.Request(os.environ['BP_SERVICE_URL'] + path, json.dumps(body).encode(),
        {'authorization': 'Bearer ' + os.environ['BP_EXECUTION_TOKEN'], 'content-type': 'application/json'})
    return urllib.request.urlopen(request).read().decode()

for stream in (False, True):
    call('/v1/chat/completions', {'model': 'gpt', 'stream': stream, 'max_tokens': 40,
        'messages': [{'role': 'user', 'content': 'What now?'}]})
call('/human/prompt', {'title': 'A letter', 'content': '${SECRET}'})
`;

let provider: FakeProvider;
let collector: OtlpCollector;
let place: ProgramHome;
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave({ words: [SECRET], usage: { input: 30, output: 5 }, delayMs: 50 });
  collector = await startCollector();
});
afterAll(async () => {
  place.close();
  await collector.close();
  await provider.close();
});

it('an execution in a container is a trace with its calls of models, before the program has ended', async () => {
  const one = { name: 'one', kind: 'openai', base_url: `${provider.origin}/v1`, models: [{ name: 'gpt' }] };
  place = programHome([
    ...['market.cycle_seconds=1', 'market.supply.cpu_seconds=16', 'market.supply.tokens=100000'],
    ...['market.prices.start.tokens=0.001', `intelligence.providers=${JSON.stringify([one])}`],
    ...[`traces.endpoint=${collector.endpoint}`, 'traces.interval_ms=60000'],
  ]);
  const folder = place.agentFolder('thinker', { 'main.py': MAIN });
  const bundle = 'cpu_seconds=2,memory_mb=128,tokens=1000,attention=1';
  const made = await place.within('bootstrap', '--id', 'thinker', '--from', folder, '--bundle', bundle);
  expect(made).toMatchObject({ status: 0 });
  expect(await place.run('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0, stderr: '' });

  const [whole, ...others] = await collector.until(/^invoke_agent/);
  expect(others).toEqual([]);
  const [start] = await collector.until(/^start$/);
  const [run] = await collector.until(/^run$/);
  const calls = await collector.until(/^chat gpt$/, 2);
  expect(whole?.attributes).toMatchObject({ 'bp_agents.execution.outcome': 'completed', 'gen_ai.agent.id': 'thinker' });
  expect(whole?.attributes['bp_agents.used.cpu_seconds']).toBeGreaterThan(0);
  expect(whole?.events.map(({ name }) => name)).toEqual(['bp_agents.prompt']);
  expect(start?.endedAt).toBe(run?.startedAt);
  for (const call of calls) {
    expect(call).toMatchObject({ traceId: whole?.traceId, parentSpanId: run?.spanId });
    expect(call.attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 30, 'gen_ai.usage.output_tokens': 5 });
    expect(call.startedAt).toBeGreaterThanOrEqual(run?.startedAt ?? Infinity);
    expect(call.endedAt).toBeLessThanOrEqual(run?.endedAt ?? 0);
  }
  expect(collector.bodies.join('')).not.toContain(SECRET);
});
