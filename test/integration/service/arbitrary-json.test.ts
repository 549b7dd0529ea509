import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAgent, nextCycle, runWinners, WITH_ATTENTION } from '../../helpers/economy.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;

beforeAll(async () => {
  test = await openTestService({ overrides: ['market.bids_pending_max=100'] });
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 100_000 });
  ann = await test.connect(runWinners(test.economy).get('ann')!);
});
afterAll(() => test.close());

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 16, 64, 200, 9.25, 1e9, 1e21, 1e-7, 5e-324, -1, 2 ** 53),
  fc.double({ noNaN: true }),
  fc.integer(),
);
const text = fc.oneof(
  fc.constantFrom('', 'bob', 'ann', 'main.py', '../x', 'exe_2', 'bid_1', '\ud800', '\u0000', '\u202e', '__proto__'),
  fc.string({ unit: 'binary' }),
);
const names = fc.constantFrom(
  ...['bundle', 'amount', 'to', 'content', 'title', 'memo', 'id', 'files', 'first_bid', 'next_bid', 'payload'],
  ...['earliest_cycle', 'for_agent_id', 'initial_credits', 'execution_id', 'cpu_seconds', 'memory_mb', 'tokens'],
  ...['attention', 'path', 'encoding', 'executable', '__proto__', 'constructor', 'toString', ''],
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

const bid = { bundle: BUNDLE, amount: 9 };
const RIGHT: Readonly<Record<string, object>> = {
  '/market/bid': { ...bid, earliest_cycle: 3, payload: [1], for_agent_id: 'bob' },
  '/economic/transfer': { to: 'bob', amount: 0.01, memo: 'x' },
  '/human/prompt': { content: 'x', title: 'y', next_bid: bid },
  '/social/message': { to: 'bob', content: 'x' },
  '/social/spawn': { initial_credits: 200, first_bid: bid, files: [{ path: 'main.py', content: '' }] },
  '/intelligence/inference': { prompt: 'x', model: 'gpt', max_tokens: 9 },
};

/** A right body in which something, somewhere, is something else, or gone, or too much. */
function spoilt(body: object): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constant(body), fc.nat(), fc.oneof(anything, fc.constant(undefined)), names)
    .map(([right, at, value, name]) => {
      const copy = structuredClone({ body: right }) as Record<string, unknown>;
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        const record = node as Record<string, unknown>;
        for (const key of Object.keys(record)) {
          places.push([record, key]);
          walk(record[key]);
        }
        if (!Array.isArray(node)) places.push([record, name]);
      };
      walk(copy);
      const [parent, key] = places[at % places.length]!;
      Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
      return copy['body'];
    });
}

describe('whatever JSON is sent', () => {
  it.each(Object.entries(RIGHT))(
    'POST %s never fails, and credits stay conserved',
    async (path, right) => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof({ weight: 1, arbitrary: anything }, { weight: 3, arbitrary: spoilt(right) }),
          async (body) => {
            const answer = await ann.post(path, body === undefined ? '' : JSON.stringify(body));
            expect(answer.status).toBeLessThanOrEqual(path.startsWith('/intelligence') ? 503 : 499);
            if (answer.status >= 400)
              expect(answer.body).toMatchObject({
                status: answer.status,
                code: expect.stringMatching(/^[a-z_]+$/) as string,
              });
            const { posted, pending, held } = test.economy.store.accounts.totals();
            expect([posted, pending - held]).toEqual([0, 0]);
          },
        ),
        { numRuns: 150 },
      );
      expect(test.failures).toEqual([]);
    },
    60_000,
  );

  it('the market clears what came of it', () => {
    expect(() => nextCycle(test.economy)).not.toThrow();
  });
});
