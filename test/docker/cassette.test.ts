import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../helpers/fake-provider.ts';
import { programHome, type ProgramHome } from '../helpers/program.ts';
import { KEY } from '../helpers/provider-settings.ts';
import { filesWith } from '../helpers/spoken-home.ts';

// The built program, with agents that ask a model in real containers: a run is recorded, repeated without a provider
// or a key, and what was said in it is taken away.

const SECRET = 'the walrus answers';

/** Asks about what it was answered before, whole and streamed, tells it, and bids for its next execution, twice. */
const MAIN = `
import json, os, urllib.request

def call(path, body):
    request = urllib.request.Request(os.environ['BP_SERVICE_URL'] + path, json.dumps(body).encode(),
        {'authorization': 'Bearer ' + os.environ['BP_EXECUTION_TOKEN'], 'content-type': 'application/json'})
    return urllib.request.urlopen(request).read().decode()

heard = open('heard.txt').read().splitlines() if os.path.exists('heard.txt') else []
for stream in (False, True):
    messages = [{'role': 'user', 'content': 'What now? ' + ' '.join(heard)}]
    answer = call('/v1/chat/completions', {'model': 'gpt', 'messages': messages, 'stream': stream, 'max_tokens': 40})
    if stream:
        chunks = [json.loads(line[6:]) for line in answer.splitlines() if line.startswith('data: {')]
        said = ''.join(c['choices'][0]['delta'].get('content') or '' for c in chunks if c['choices'])
    else:
        said = json.loads(answer)['choices'][0]['message']['content']
    heard.append(said)
    print(said, flush=True)
open('heard.txt', 'w').write('\\n'.join(heard))
if len(heard) < 6:
    call('/market/bid', {'bundle': {'cpu_seconds': 2, 'memory_mb': 128, 'tokens': 1000, 'attention': 0}, 'amount': 40})
`;

const KEY_FILE = join(tmpdir(), `bp-cassette-key-${process.pid}`);
const TAPE = join(tmpdir(), `bp-cassette-${process.pid}.jsonl`);

let provider: FakeProvider;
const places: ProgramHome[] = [];
beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave((_, number) => ({ words: [SECRET, ` ${number}`], usage: { input: 30 + number, output: 5 } }));
  writeFileSync(KEY_FILE, `${KEY}\n`, { mode: 0o600 });
});
afterAll(async () => {
  for (const place of places) place.close();
  for (const file of [KEY_FILE, TAPE]) rmSync(file, { force: true });
  await provider.close();
});

interface Call {
  readonly outcome: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly reserved: number;
  readonly billed: number;
}

/** A run of the agent from its first execution to its third: what it was billed, and what it printed. */
async function live(mode: 'record' | 'replay'): Promise<{ readonly place: ProgramHome; readonly seen: unknown }> {
  const [name, base_url] = ['one', `${provider.origin}/v1`];
  const one = { name, kind: 'openai', base_url, key_file: KEY_FILE, models: [{ name: 'gpt' }] };
  const place = programHome([
    ...['market.cycle_seconds=1', 'market.supply.cpu_seconds=16', 'market.supply.tokens=100000'],
    ...['market.prices.start.tokens=0.001', `intelligence.providers=${JSON.stringify([one])}`],
    ...['intelligence.log_content=true', `intelligence.${mode}=${TAPE}`],
  ]);
  places.push(place);
  const folder = place.agentFolder('thinker', { 'main.py': MAIN });
  const bundle = 'cpu_seconds=2,memory_mb=128,tokens=1000,attention=0';
  const made = await place.within('bootstrap', '--id', 'thinker', '--from', folder, '--bundle', bundle);
  expect(made).toMatchObject({ status: 0 });
  for (let executions = 0; executions < 3; executions += 1)
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  const ids = (await place.json<readonly { id: string; outcome: string }[]>('executions')).map(({ id }) => id);
  const printed = await Promise.all(ids.map(async (id) => (await place.within('logs', id)).stdout));
  const calls = await place.json<readonly Call[]>('calls');
  const bills = calls.map(({ outcome, input_tokens: input, output_tokens: output, reserved, billed }) => ({
    ...{ outcome, input, output, reserved, billed },
  }));
  return { place, seen: { ids, printed, bills } };
}

describe('a run with an agent that asks a model', () => {
  it('is repeated from its cassette to the token, without provider and key, and purged to the last byte', async () => {
    const recorded = await live('record');
    expect(recorded.seen).toMatchObject({
      ids: ['exe_1', 'exe_2', 'exe_3'],
      printed: [`${SECRET} 0\n${SECRET} 1\n`, `${SECRET} 2\n${SECRET} 3\n`, `${SECRET} 4\n${SECRET} 5\n`],
      bills: [0, 1, 2, 3, 4, 5].map((number) => ({ outcome: 'completed', input: 30 + number, billed: 35 + number })),
    });
    await provider.close();
    rmSync(KEY_FILE);
    const replayed = await live('replay');
    expect(replayed.seen).toEqual(recorded.seen);
    expect(provider.calls).toHaveLength(6);

    const { place } = recorded;
    const state = join(place.directory, '.bp-agents');
    const audit = await place.json('audit');
    expect(filesWith(state, SECRET).length).toBeGreaterThan(3);
    expect(await place.within('purge', 'thinker', '--yes')).toMatchObject({ status: 0, stderr: '' });
    expect(filesWith(state, SECRET)).toEqual([]);
    expect(await place.json('audit')).toEqual(audit);
    expect(audit).toMatchObject({ ok: true });
  });
});
