import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { triesDirectory } from '../../src/config/home-places.ts';
import type { TriedExecution } from '../../src/operator/views/tried-execution.ts';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { dockerCli } from '../helpers/engine-under-test.ts';
import { startFakeProvider } from '../helpers/fake-provider.ts';
import { mountedBelow } from '../helpers/mounted.ts';
import { containersOf, exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

const BUNDLE = 'cpu_seconds=2,memory_mb=128,tokens=0,attention=1';
const THINKING = 'cpu_seconds=2,memory_mb=128,tokens=1000,attention=1';

/** Asks the market, is told that there is no such path, shows a prompt and lives on. */
const GOOD = `
import json, os, urllib.error, urllib.request

def call(path, body=None):
    request = urllib.request.Request(os.environ['BP_SERVICE_URL'] + path, body and json.dumps(body).encode(),
        {'authorization': 'Bearer ' + os.environ['BP_EXECUTION_TOKEN'], 'content-type': 'application/json'})
    return urllib.request.urlopen(request).read().decode()

print('my answer', flush=True)
call('/market/state')
try:
    call('/nowhere')
except urllib.error.HTTPError as error:
    print(error.code)
bundle = {'cpu_seconds': 1, 'memory_mb': 64, 'tokens': 0, 'attention': 0}
call('/human/prompt', {'content': 'Was this of use?', 'next_bid': {'bundle': bundle, 'amount': 80}})
`;

/** Asks a model and says what it heard. */
const THINKER = `
import json, os, urllib.request
body = {'model': 'gpt', 'messages': [{'role': 'user', 'content': 'What now?'}], 'max_tokens': 40}
request = urllib.request.Request(os.environ['BP_SERVICE_URL'] + '/v1/chat/completions', json.dumps(body).encode(),
    {'authorization': 'Bearer ' + os.environ['BP_EXECUTION_TOKEN'], 'content-type': 'application/json'})
print(json.loads(urllib.request.urlopen(request).read())['choices'][0]['message']['content'])
`;

const SLEEPER = 'import time\nwhile True: time.sleep(0.1)\n';

const places: ProgramHome[] = [];
function home(...settings: readonly string[]): ProgramHome {
  const made = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', ...settings]);
  places.push(made);
  return made;
}
afterEach(() => {
  for (const place of places.splice(0)) place.close();
});

interface Tried {
  readonly ok: boolean;
  readonly executions: readonly TriedExecution[];
}

/** The folders of those that have not been taken away. */
function triesIn({ directory }: ProgramHome): readonly string[] {
  const above = triesDirectory(directory);
  return existsSync(above) ? readdirSync(above).map((name) => join(above, name)) : [];
}

function expectNothingLeft(place: ProgramHome): void {
  expect(triesIn(place)).toEqual([]);
  expect(mountedBelow(triesDirectory(place.directory))).toEqual([]);
}

/** Starts one that never ends by itself, and resolves with its folder once its agent's container runs. */
async function sleeping(place: ProgramHome) {
  const folder = place.agentFolder('sleeper', { 'main.py': SLEEPER });
  const trying = place.start('try', folder);
  const running = () => triesIn(place).filter((directory) => isRunning(directory));
  const [directory = ''] = await until(
    () => Promise.resolve(running()),
    (directories) => directories.length > 0,
  );
  return { trying, label: `label=bp-agents.home=${homeLabelOf(realpathSync(directory))}` };
}

function isRunning(directory: string): boolean {
  return containersOf(directory, 'status=running', 'label=bp-agents.agent=sleeper').length > 0;
}

/** Containers and volumes that carry this label. */
function onEngine(label: string): string {
  return [
    dockerCli('ps', '--all', '--quiet', '--filter', label),
    dockerCli('volume', 'ls', '--quiet', '--filter', label),
  ]
    .join('\n')
    .trim();
}

describe('try in real containers', () => {
  it('shows the files that come with a prompt, named by an SDK or by bp', async () => {
    const place = home();
    const python = `
import os
from bp import Agent
os.mkdir("out")
open("out/größe.txt", "w").write("x" * 1200)
Agent().ask("The plan.", "A plan", False, files=["out/größe.txt"])
`;
    const shell = '#!/bin/sh\necho plan > plan.txt\nexec bp prompt "The plan." --file plan.txt --file main\n';
    const [first, second] = [
      place.agentFolder('python', { 'main.py': python }),
      place.agentFolder('shell', { main: shell }, 'main'),
    ];
    const tried = [
      await place.run('try', first, '--bundle', BUNDLE),
      await place.run('try', second, '--bundle', BUNDLE),
    ];
    expect(tried.map(({ status }) => status)).toEqual([0, 0]);
    expect(tried[0]?.stdout).toMatch(/^├─ 1 file, 1,200 bytes ─+\n│ 1,200 bytes {2}out\/größe\.txt\n╰/m);
    expect(tried[1]?.stdout).toMatch(/^├─ 2 files, \d+ bytes ─+\n│ +5 bytes {2}plan\.txt\n│ \d+ bytes {2}main\n╰/m);
    expectNothingLeft(place);
  });

  it('shows what an agent did beside a run of its home, and leaves nothing there', async () => {
    const place = home();
    await place.within('bootstrap');
    const market = place.start('run', '--headless');
    await until(
      () => place.json<readonly { readonly state: string }[]>('executions'),
      (rows) => rows.some(({ state }) => state === 'running' || state === 'settled'),
    );
    const folder = place.agentFolder('good', { 'main.py': GOOD });
    const ended = await place.run('try', folder, '--bundle', BUNDLE, '--json');
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const { ok, executions } = JSON.parse(ended.stdout) as Tried;
    const [tried] = executions;
    expect(ok).toBe(true);
    expect(tried).toMatchObject({ outcome: 'completed', output: 'my answer\n404\n', output_complete: true });
    expect(tried?.calls.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['GET', '/market/state', 200],
      ['GET', '/nowhere', 404],
      ['POST', '/human/prompt', 201],
    ]);
    expect(tried?.prompt).toMatchObject({ status: 'open', content: 'Was this of use?' });
    expect(tried?.next).toMatchObject({ waits_for_marks: true });
    expect(tried?.used.cpu_seconds).toBeGreaterThan(0.005);
    expect(tried?.used.memory_mb_peak).toBeGreaterThan(1);
    expect(tried?.advised_bundle).toMatchObject({ tokens: 0, attention: 1 });
    expect(tried?.advised_bundle.cpu_seconds).toBeGreaterThan(tried?.used.cpu_seconds ?? 2);
    market.kill('SIGTERM');
    expect(await exitOf(market)).toBe(0);
    expect(await place.json('agents')).toMatchObject([{ id: 'genesis' }]);
    expect(await place.json('audit')).toMatchObject({ ok: true, first_difference: null });
    expectNothingLeft(place);
    expect(containersOf(place.directory)).toEqual([]);
  });

  it('ends with 1 where the agent crashes, tells how and changes no ledger', async () => {
    const place = home();
    await place.within('bootstrap');
    const audit = await place.json('audit');
    const folder = place.agentFolder('bad', { 'main.py': 'raise SystemExit("all is lost")\n' });
    const { status, stdout } = await place.within('try', folder);
    expect(status).toBe(1);
    expect(stdout).toContain('exe_1: agent_error: exited with code 1');
    expect(stdout).toContain('│ all is lost');
    expect(await place.json('audit')).toEqual(audit);
    expectNothingLeft(place);
  });

  it('answers a call of a model from a cassette, and refuses it without one', async () => {
    const provider = await startFakeProvider();
    const one = { name: 'one', kind: 'openai', base_url: `${provider.origin}/v1`, models: [{ name: 'gpt' }] };
    const place = home(
      ...['market.supply.tokens=100000', 'market.prices.start.tokens=0.001'],
      `intelligence.providers=${JSON.stringify([one])}`,
    );
    const tape = join(place.directory, 'tape.jsonl');
    try {
      provider.behave(() => ({ words: ['the walrus', ' answers'], usage: { input: 30, output: 5 } }));
      const folder = place.agentFolder('thinker', { 'main.py': THINKER });
      await place.within('bootstrap', '--id', 'thinker', '--from', folder, '--bundle', THINKING);
      const recording = ['--set', `intelligence.record=${tape}`];
      expect(await place.within('run', '--headless', '--cycles', '1', ...recording)).toMatchObject({ status: 0 });
      expect(provider.calls).toHaveLength(1);

      const refused = await place.within('try', folder, '--bundle', THINKING);
      expect(refused.status).toBe(1);
      expect(refused.stdout).toContain('bp-agents try asks no provider');
      const tried = await place.json<Tried>('try', folder, '--bundle', THINKING, '--replay', tape);
      expect(tried).toMatchObject({
        ok: true,
        executions: [{ output: 'the walrus answers\n', used: { tokens: 35 }, advised_bundle: { attention: 0 } }],
      });
      // With the tokens that it is advised to buy it hears the same.
      const { tokens } = tried.executions[0]!.advised_bundle;
      const again = ['--bundle', THINKING.replace('tokens=1000', `tokens=${tokens}`), '--replay', tape];
      expect(await place.json<Tried>('try', folder, ...again)).toMatchObject({ ok: true });
      expect(provider.calls).toHaveLength(1);
      expect(await place.json('calls')).toHaveLength(1);
    } finally {
      await provider.close();
      rmSync(tape, { force: true });
    }
  });

  it('is ended by Ctrl-C while its agent runs, and takes everything away', async () => {
    const place = home();
    await place.within('bootstrap');
    const { trying, label } = await sleeping(place);
    trying.kill('SIGINT');
    expect(await exitOf(trying)).toBe(130);
    expectNothingLeft(place);
    expect(onEngine(label)).toBe('');
  });

  it('that was killed is cleared away by the next run of its home', async () => {
    const place = home();
    await place.within('bootstrap');
    const { trying, label } = await sleeping(place);
    trying.kill('SIGKILL');
    await exitOf(trying);
    expect(onEngine(label)).not.toBe('');
    expect(await place.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    expectNothingLeft(place);
    expect(onEngine(label)).toBe('');
  });
});
