import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled } from '../helpers/compiled.ts';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { GroundTruth } from '../torture/ground-truth.ts';

const PROGRAM = await compiled(new URL('../helpers/crashing-program.ts', import.meta.url));
const SETTINGS = [
  ...['market.cycle_seconds=0.4', 'market.supply.cpu_seconds=16', 'sandbox.workspace_mb=64'],
  ...['lifecycle.fault_backoff_seconds=[0.4]', 'lifecycle.dormant_seconds=400'],
];
const BUNDLE = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
const GRANT = 1000;
/** Notes that it began, takes its time, and ends well. */
const AGENT = `
import json, time
with open("starts.log", "a") as file: file.write(json.dumps(json.load(open("env.json"))["execution_id"]) + "\\n")
print("it began")
time.sleep(0.6)
print("it is done")
`;
/** Goes on until somebody lets it end. */
const LASTING = AGENT.replace(
  'time.sleep(0.6)',
  `import os
while not os.path.exists("released"): time.sleep(0.1)
time.sleep(2)`,
);
const PRINTED = 'it began\nit is done\n';

interface Attempt {
  readonly id: string;
  readonly outcome: string | null;
}

/** An economy of its own in which the program is killed. */
class Victim {
  readonly place: ProgramHome = programHome(SETTINGS);

  bootstrap(agent = AGENT, bundle = BUNDLE) {
    const folder = this.place.agentFolder('a', { 'main.py': agent });
    return this.place.within('bootstrap', '--id', 'a', '--from', folder, '--bundle', bundle);
  }

  /** Runs a command in a process that kills itself at this point. */
  async crash(point: string, ...args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, ...this.place.options, ...args], {
      env: { ...process.env, CRASH_AT: point },
      stdio: 'ignore',
    });
    expect(await exitOf(child)).toBeNull();
  }

  /** Starts the program again, and says how each attempt went, the first one first. */
  async recovered(): Promise<readonly string[]> {
    // On a busy machine the end of a container may be known only when the cycles are over.
    do expect(await this.place.within('run', '--headless', '--cycles', '5')).toMatchObject({ status: 0 });
    while (await this.isToTryAgain());
    expect(new GroundTruth(this.place.directory).leftovers()).toEqual([]);
    expect(await this.place.json('audit')).toMatchObject({ ok: true });
    return (await this.executions()).map(({ outcome }) => String(outcome));
  }

  /** The first one first. */
  executions(): Promise<readonly Attempt[]> {
    return this.place.json<readonly Attempt[]>('executions');
  }

  /** What the last attempt printed, as far as it was kept. */
  async printed(): Promise<string> {
    const { id } = (await this.executions()).at(-1)!;
    return (await this.place.json<{ readonly output: string }>('logs', id)).output;
  }

  async isToTryAgain(): Promise<boolean> {
    const bids = await this.place.json<{ id: string; status: string }[]>('bids');
    return bids.find(({ id }) => id === 'bid_1')?.status === 'pending';
  }

  /** Until its container, which nobody looks at, has ended. */
  async untilEnded(): Promise<void> {
    const ended = [
      'ps',
      '-aq',
      '--filter',
      `label=bp-agents.home=${homeLabelOf(this.place.directory)}`,
      '--filter',
      'status=exited',
    ];
    await until(
      async () => execFileSync('docker', ended, { encoding: 'utf8' }),
      (names) => names !== '',
    );
  }

  get workspace(): string {
    return join(this.place.directory, 'workspaces', 'agent-a');
  }

  file(name: string): string {
    return readFileSync(join(this.workspace, name), 'utf8');
  }

  starts(): readonly string[] {
    return this.file('starts.log').trim().split('\n');
  }
}

const victims: Victim[] = [];
function victim(): Victim {
  const made = new Victim();
  victims.push(made);
  return made;
}
afterAll(() => {
  for (const { place } of victims) place.close();
});

const REQUEST = `
import http.client, json, time
handshake = json.load(open("env.json"))
headers = {"Authorization": "Bearer " + handshake["execution_token"], "Content-Type": "application/json", "Idempotency-Key": "k"}
bundle = {"cpu_seconds": 1, "memory_mb": 64, "tokens": 0, "attention": 0}
def ask(path, body):
    for attempt in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=3)
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.getheader("idempotency-replayed"), json.loads(response.read())
        except (OSError, http.client.HTTPException): time.sleep(0.1)
`;
const REPEATING = `${REQUEST}
status, replayed, answer = ask("/market/bid", {"bundle": bundle, "amount": 50, "earliest_cycle": 300})
with open("answer.json", "w") as file: json.dump([status, replayed, answer["bid_id"]], file)
`;
/** Waits for the service no longer than two seconds. */
const GIVING_UP = `${AGENT.replace('time.sleep(0.6)', '')}
import http.client
connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=2)
time.sleep(0.6)
connection.request("GET", "/execution", headers={"Authorization": "Bearer " + json.load(open("env.json"))["execution_token"]})
assert connection.getresponse().status == 200
`;
const COUNTING = `${REQUEST}
for number in range(4):
    ask("/social/message", {})
    print("answer", number)
`;
const PROMPTING = `${REQUEST}
ask("/human/prompt", {"content": "look"})
`;
const SPAWNING = `${REQUEST}
files = {"main.py": "open('began', 'w').write(open('beside').read())", "beside": "with its file"}
ask("/social/spawn", {"id": "child", "initial_credits": 300, "first_bid": {"bundle": bundle, "amount": 50}, "files": files})
`;

const AGAIN = ['system_fault', 'completed'];
const WELL = ['completed'];

/** Where it dies, and how the attempts of the one bid must have gone in the end. */
const MATRIX: readonly (readonly [point: string, attempts: readonly string[]])[] = [
  // Nothing was begun: it is launched at the next start.
  ['cleared', WELL],
  // `starting` is committed: "go" was never given, so it is a fault of the system, refunded, and tried again.
  ['before sandbox.prepare', AGAIN],
  ['before container.create', AGAIN],
  ['after container.create', AGAIN],
  ['before container.attach', AGAIN],
  ['after container.attach', AGAIN],
  ['before container.start', AGAIN],
  ['before a greeting', AGAIN],
  ['within a greeting', AGAIN],
  ['after a greeting', AGAIN],
  ['heard ready', AGAIN],
  ['after container.start', AGAIN],
  ['after sandbox.prepare', AGAIN],
  ['before execution.serve', AGAIN],
  ['after endpoints.open', AGAIN],
  // `running` is committed, but the supervisor never heard "go": nothing of the agent ran.
  ['started', AGAIN],
  ['before execution.go', AGAIN],
  ['before a go', AGAIN],
  ['within a go', AGAIN],
  // It runs on without us, and is taken over.
  ['after a go', WELL],
  ['heard started', WELL],
  ['after execution.go', WELL],
  // It ended while nobody looked: settled from its report.
  ['heard ended', WELL],
  ['after container.wait', WELL],
  ['after execution.ended', WELL],
  ['before endpoints.endCalls', WELL],
  ['before endpoints.requests', WELL],
  // Settled: only the cleaning up is left.
  ['settled', WELL],
  ['after endpoints.close', WELL],
  ['before container.remove', WELL],
  ['after container.remove', WELL],
  ['after sandbox.discard', WELL],
  ['before close', WELL],
];

/** Where it dies a second time, while it takes over what it has left running. */
const AGAIN_AT = [
  ...['before sandbox.sweep', 'after sandbox.sweep', 'before sandbox.adopt', 'after sandbox.adopt'],
  ...['before container.attach', 'after container.attach', 'before a greeting', 'within a greeting'],
  ...['after a greeting', 'heard ready', 'heard started', 'after endpoints.open'],
];
/** And while it reads what is left of what has ended, through a container made for that. */
const AGAIN_AT_REPORT = [
  ...['before container.create', 'after container.create', 'before container.getArchive'],
  ...['after container.getArchive', 'before container.remove', 'after container.remove', 'after sandbox.adopt'],
];

// Most of a crash is waiting for cycles and containers.
describe.concurrent('killed', () => {
  it.each(MATRIX)('at "%s", it recovers to %j, and the agent ran once and paid once', async (point, attempts) => {
    const home = victim();
    await home.bootstrap();
    await home.crash(point, 'run', '--headless', '--cycles', '4');
    expect(await home.recovered()).toEqual(attempts);
    expect(home.starts()).toHaveLength(1);
    expect(await home.printed()).toBe(PRINTED);
    const [{ available }] = await home.place.json<[{ available: number }]>('agents');
    const { market: revenue } = await home.place.json<{ market: number }>('audit');
    expect(available + revenue).toBeCloseTo(GRANT, 6);
  });

  it.each(AGAIN_AT)('again in the midst of recovery, at "%s", it takes over what runs', async (point) => {
    const home = victim();
    await home.bootstrap(LASTING);
    await home.crash('after execution.go', 'run', '--headless', '--cycles', '4');
    await home.crash(point, 'run', '--headless', '--cycles', '4');
    writeFileSync(join(home.workspace, 'released'), '');
    expect(await home.recovered()).toEqual(WELL);
    expect(home.starts()).toHaveLength(1);
    expect(await home.printed()).toBe(PRINTED);
  });

  it.each(AGAIN_AT_REPORT)('again while it reads a report, at "%s", it settles from it all the same', async (point) => {
    const home = victim();
    await home.bootstrap();
    await home.crash('after execution.go', 'run', '--headless', '--cycles', '4');
    await home.untilEnded();
    await home.crash(point, 'run', '--headless', '--cycles', '4');
    expect(await home.recovered()).toEqual(WELL);
    expect(home.starts()).toHaveLength(1);
    expect(await home.printed()).toBe(PRINTED);
  });

  it('after "go", it refunds and tries again who gave up because nobody served it, and not who was done', async () => {
    const home = victim();
    await home.bootstrap(GIVING_UP);
    await home.crash('after execution.go', 'run', '--headless', '--cycles', '4');
    await home.untilEnded();
    expect(await home.recovered()).toEqual(AGAIN);
    expect(home.starts()).toHaveLength(2);
    const done = victim();
    await done.bootstrap(AGENT);
    await done.crash('after execution.go', 'run', '--headless', '--cycles', '4');
    await done.untilEnded();
    expect(await done.recovered()).toEqual(WELL);
    expect(await done.printed()).toBe(PRINTED);
  });

  it('after a request was committed and before its answer, it answers the repetition as the first time', async () => {
    const home = victim();
    await home.bootstrap(REPEATING);
    await home.crash('after a shared commit', 'run', '--headless', '--cycles', '9');
    expect(await home.recovered()).toEqual(WELL);
    expect(JSON.parse(home.file('answer.json'))).toEqual([201, 'true', 'bid_2']);
    expect(await home.place.json('bids')).toMatchObject([{ id: 'bid_1' }, { id: 'bid_2', status: 'pending' }]);
  });

  it.each([
    ['before a count', 4],
    // The count is whole in its first half, but not the answer behind it: the agent asks once more.
    ['within a count', 5],
    ['after a count', 4],
  ] as const)('at "%s", no request that was answered is counted twice or not at all', async (point, requests) => {
    const home = victim();
    await home.bootstrap(COUNTING);
    await home.crash(point, 'run', '--headless', '--cycles', '9');
    expect(await home.recovered()).toEqual(WELL);
    expect(await home.executions()).toMatchObject([{ used: { requests } }]);
    expect(await home.printed()).toBe('answer 0\nanswer 1\nanswer 2\nanswer 3\n');
  });

  it('before it prints that a prompt was marked, the marks count once', async () => {
    const home = victim();
    await home.bootstrap(PROMPTING, BUNDLE.replace('attention=0', 'attention=1'));
    await home.place.within('run', '--headless', '--cycles', '3');
    await home.crash('before printing', 'score', 'prompt_1', '5', '5', '5');
    const again = await home.place.within('score', 'prompt_1', '5', '5', '5');
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('already scored') as string });
    expect(await home.place.json('prompts')).toMatchObject([{ status: 'scored', reward: 375 }]);
    expect(await home.place.json('audit')).toMatchObject({ ok: true });
  });

  it('with its child spawned, the child has all its files and starts', async () => {
    const home = victim();
    await home.bootstrap(SPAWNING);
    await home.crash('after a shared commit', 'run', '--headless', '--cycles', '9');
    await home.recovered();
    const child = join(home.place.directory, 'workspaces', 'agent-child');
    expect(readFileSync(join(child, 'began'), 'utf8')).toBe('with its file');
  });
});
