import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeProvider, type Behaviour, type FakeProvider, type ProviderCall } from '../helpers/fake-provider.ts';
import { markUntil } from '../helpers/example-agents.ts';
import { exitOf, type ProgramHome } from '../helpers/program.ts';
import { makeResident, residentHome } from '../helpers/resident-home.ts';
import {
  executionOf,
  residentOf,
  residentProviders,
  RESIDENTS,
  turnOf,
  usageOf,
  type Resident,
} from '../helpers/residents.ts';

// A model that a resident can't work with: the life goes on all the same, since the entry point bids and ends in time.

const LETTER = 'Nothing was done, but this is a text of more than forty characters.';

/** What the provider does with all calls of one life. */
const MISBEHAVIOURS: Readonly<Record<string, (resident: Resident, call: ProviderCall) => Behaviour>> = {
  'never calls a tool': () => ({ words: [LETTER] }),
  'says nothing': () => ({ words: [''] }),
  'calls a tool for ever': ({ shell }, call) => ({ tool: named(shell('echo once more'), call) }),
  'spins for ever': ({ shell }, call) => ({ tool: named(shell('while :; do :; done'), call) }),
  'sleeps for ever': ({ shell }, call) => ({ tool: named(shell('sleep 1000000'), call) }),
  'calls a tool that is not there': (_, call) => ({ tool: named({ name: 'no_such_tool', input: { a: 1 } }, call) }),
  'calls its tool without arguments': ({ shell }, call) => ({ tool: named({ ...shell(''), input: {} }, call) }),
  'fails with 500': () => ({ status: 500 }),
  'refuses with 429': () => ({ status: 429 }),
  'refuses with 400': () => ({ status: 400 }),
  'refuses the key': () => ({ status: 401 }),
  'answers with garbage': () => ({ garbage: '<html>not what you asked for</html>' }),
  'answers with empty JSON': () => ({ garbage: '{}' }),
  'cuts every stream': () => ({ words: ['A word ', 'and another ', 'and no more'], cutAfter: 2 }),
  'cuts before the first byte': () => ({ cutAfter: 0 }),
  'never answers': () => ({ hangAfter: 0 }),
  'stops in the midst': () => ({ words: ['A word ', 'and then nothing'], hangAfter: 1 }),
  'tells no figures': () => ({ words: [LETTER], usage: null }),
  'says a hundred thousand characters': () => ({ words: ['many words '.repeat(10_000)] }),
  'writes control characters': () => ({ words: ['\u001b[2J\u0000\u202e', LETTER, '\ud800'] }),
};

const named = (tool: NonNullable<Behaviour['tool']>, call: ProviderCall) => ({ ...tool, id: `call_${turnOf(call)}` });

/** Some of the lives end only when their wall time does, and a busy machine starts a large program slowly. */
const LIMIT_MS = 3_600_000;
const LIVES = Object.keys(MISBEHAVIOURS).length;

interface Execution {
  readonly id: string;
  readonly outcome: string;
}

interface Bid {
  readonly payer: string;
  readonly attempt: number;
}

let provider: FakeProvider;
/** By resident its lives, in the order of their first calls: the first one meets the first misbehaviour. */
const lives = new Map<Resident, string[]>(RESIDENTS.map((resident) => [resident, []]));
const homes: ProgramHome[] = [];

beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave((call) => {
    const resident = residentOf(call);
    const known = lives.get(resident)!;
    const life = executionOf(call);
    if (!known.includes(life)) known.push(life);
    const misbehave = Object.values(MISBEHAVIOURS)[known.indexOf(life) % LIVES]!;
    const behaviour = misbehave(resident, call);
    return { usage: usageOf(call, behaviour), ...behaviour };
  });
});
afterAll(async () => {
  for (const place of homes) place.close();
  await provider.close();
});

// Each in a home of its own, since there is one human in each, who is asked in every life.
describe.concurrent('on a provider that misbehaves a resident bids and completes its life', () => {
  it.each(RESIDENTS.map((resident) => [resident.template, resident] as const))(
    '%s, 20 of 20',
    async (agentId, resident) => {
      const place = residentHome(residentProviders(provider.origin), [
        // What nobody answers is waited for until the end of a life, but for what the entry point keeps.
        ...['sandbox.wall_base_seconds=60', 'sandbox.wall_per_cpu_second=5', 'intelligence.stalled_timeout_ms=3000'],
        ...['intelligence.retries=0', 'intelligence.breaker_failures=1000', 'economy.initial_credit_budget=100000'],
      ]);
      homes.push(place);
      await makeResident(place, resident);
      const run = place.start('run', '--headless');
      await markUntil(place, () => lives.get(resident)!.length > LIVES, LIMIT_MS);
      run.kill('SIGTERM');
      await exitOf(run);

      const executions = await place.json<Execution[]>('executions', '--limit', '1000');
      const outcomes = new Map(executions.map(({ id, outcome }) => [id, outcome]));
      const names = Object.keys(MISBEHAVIOURS);
      expect(names.map((name, number) => ({ name, outcome: outcomes.get(lives.get(resident)![number]!) }))).toEqual(
        names.map((name) => ({ name, outcome: 'completed' })),
      );
      // One life came after the other for its own bid alone: there was no restart, and nobody else paid.
      const bids = await place.json<Bid[]>('bids', '--limit', '1000');
      expect(bids.filter(({ payer, attempt }) => payer !== agentId || attempt !== 1)).toEqual([]);
      expect(bids.length).toBeGreaterThan(LIVES);
      expect(await place.json('audit')).toMatchObject({ ok: true });
    },
    LIMIT_MS,
  );
});
