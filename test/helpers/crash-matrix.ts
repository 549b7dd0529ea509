import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AGENT, BUNDLE, Victim } from './victim.ts';

const GRANT = 1000;
/** Goes on until somebody lets it end. */
const LASTING = AGENT.replace(
  'time.sleep(0.6)',
  `import os
while not os.path.exists("released"): time.sleep(0.1)
time.sleep(2)`,
);
const PRINTED = 'it began\nit is done\n';

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

/**
 * Where it dies, and how the attempts of the one bid must have gone in the end. Points in one line are of a kind: the
 * first stands for all of them where there is no time for each.
 */
const MATRIX: readonly (readonly [attempts: readonly string[], ...points: string[]])[] = [
  // Nothing was begun: it is launched at the next start.
  [WELL, 'cleared'],
  // `starting` is committed: "go" was never given, so it is a fault of the system, refunded, and tried again.
  [AGAIN, 'before container.create', 'before sandbox.prepare'],
  [AGAIN, 'after container.create', 'before container.attach', 'after container.attach', 'before container.start'],
  [AGAIN, 'within a greeting', 'before a greeting', 'after a greeting', 'heard ready'],
  [AGAIN, 'after sandbox.prepare', 'after container.start', 'before execution.serve', 'after endpoints.open'],
  // `running` is committed, but the supervisor never heard "go": nothing of the agent ran.
  [AGAIN, 'within a go', 'started', 'before execution.go', 'before a go'],
  // It runs on without us, and is taken over.
  [WELL, 'after a go', 'heard started', 'after execution.go'],
  // It ended while nobody looked: settled from its report.
  [WELL, 'heard ended', 'after container.wait', 'after execution.ended'],
  [WELL, 'before endpoints.requests', 'before endpoints.endCalls'],
  // Settled: only the cleaning up is left.
  [WELL, 'before container.remove', 'settled', 'after endpoints.close', 'after container.remove'],
  [WELL, 'before close', 'after sandbox.discard'],
];

/** Where it dies a second time, while it takes over what it has left running. */
const AGAIN_AT: readonly (readonly string[])[] = [
  ['before sandbox.adopt', 'before sandbox.sweep', 'after sandbox.sweep'],
  ['within a greeting', 'before container.attach', 'after container.attach', 'before a greeting', 'after a greeting'],
  ['after endpoints.open', 'heard ready', 'heard started', 'after sandbox.adopt'],
];
/** And while it reads what is left of what has ended, through a container made for that. */
const AGAIN_AT_REPORT: readonly (readonly string[])[] = [
  ['after container.getArchive', 'before container.create', 'after container.create', 'before container.getArchive'],
  ['before container.remove', 'after container.remove', 'after sandbox.adopt'],
];
/** How many requests there are when it dies as it has them counted. */
const COUNTS = [
  // The count is whole in its first half, but not the answer behind it: the agent asks once more.
  ['within a count', 5],
  ['before a count', 4],
  ['after a count', 4],
] as const;

/** Holds the program to recover from a kill at each named point, or at the first of each kind. Called once in a file. */
export function itRecovers(at: 'each point' | 'each kind'): void {
  const some = <T>(points: readonly T[]) => (at === 'each point' ? points : points.slice(0, 1));
  const all = (kinds: readonly (readonly string[])[]) => kinds.flatMap(some);
  const once = MATRIX.flatMap(([attempts, ...points]) => some(points).map((point) => [point, attempts] as const));
  // Most of a crash is waiting for cycles and containers.
  describe.concurrent('killed', () => {
    itRecoversOnce(once);
    itRecoversAgain(all(AGAIN_AT), all(AGAIN_AT_REPORT));
    itKeepsWhatWasAnswered(some(COUNTS));
  });
}

function itRecoversOnce(matrix: readonly (readonly [point: string, attempts: readonly string[]])[]): void {
  it.each(matrix)('at "%s", it recovers to %j, and the agent ran once and paid once', async (point, attempts) => {
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
}

function itRecoversAgain(running: readonly string[], ended: readonly string[]): void {
  it.each(running)('again in the midst of recovery, at "%s", it takes over what runs', async (point) => {
    const home = victim();
    await home.bootstrap(LASTING);
    await home.crash('after execution.go', 'run', '--headless', '--cycles', '4');
    await home.crash(point, 'run', '--headless', '--cycles', '4');
    writeFileSync(join(home.workspace, 'released'), '');
    expect(await home.recovered()).toEqual(WELL);
    expect(home.starts()).toHaveLength(1);
    expect(await home.printed()).toBe(PRINTED);
  });

  it.each(ended)('again while it reads a report, at "%s", it settles from it all the same', async (point) => {
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
}

function itKeepsWhatWasAnswered(counts: readonly (typeof COUNTS)[number][]): void {
  it('after a request was committed and before its answer, it answers the repetition as the first time', async () => {
    const home = victim();
    await home.bootstrap(REPEATING);
    await home.crash('after a shared commit', 'run', '--headless', '--cycles', '9');
    expect(await home.recovered()).toEqual(WELL);
    expect(JSON.parse(home.file('answer.json'))).toEqual([201, 'true', 'bid_2']);
    expect(await home.place.json('bids')).toMatchObject([{ id: 'bid_1' }, { id: 'bid_2', status: 'pending' }]);
  });

  it.each(counts)('at "%s", no request that was answered is counted twice or not at all', async (point, requests) => {
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
}
