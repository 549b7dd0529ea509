import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAgent, runWinners, WITH_ATTENTION } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;

beforeAll(async () => {
  test = await openTestService({ overrides: ['economy.message_bytes_max=64', 'attention.prompt_bytes_max=64'] });
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 3000 });
  ann = await test.connect(runWinners(test.economy).get('ann')!);
});
afterAll(() => test.close());

/** Text, so that what JSON.stringify can't write can be sent too; `code` and the field that the problem names. */
type Case = readonly [sent: string, code: string, field?: string | undefined, limit?: number | undefined];

async function expectRefused(method: string, path: string, body: string | undefined, [, code, field, limit]: Case) {
  const before = economyState(test.economy);
  const answer = await ann.request({ method, path, body });
  expect(answer.body).toMatchObject({
    code,
    status: answer.status,
    detail: expect.stringMatching(/./) as string,
    ...(field !== undefined && { field }),
    ...(limit !== undefined && { limit }),
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.[tj]s\b|node_modules|zod/i);
  expect(economyState(test.economy)).toEqual(before);
  expect(test.failures).toEqual([]);
}

/** What is wrong with any amount of credits. */
function amountCases(
  field: string,
): readonly (readonly [value: string, code: string, field: string, limit?: number])[] {
  return [
    ['null', 'wrong_type', field],
    ['"12"', 'wrong_type', field],
    ['"NaN"', 'wrong_type', field],
    ['""', 'wrong_type', field],
    ['true', 'wrong_type', field],
    ['[1]', 'wrong_type', field],
    ['{}', 'wrong_type', field],
    ['-1', 'negative', field, 0],
    ['-1e400', 'not_finite', field],
    ['1e400', 'not_finite', field],
    ['0', 'not_positive', field, 0.000001],
    ['-0', 'not_positive', field, 0.000001],
    ['0.0000001', 'too_many_decimals', field, 6],
    ['1e-300', 'too_many_decimals', field, 6],
    ['12.3456789', 'too_many_decimals', field, 6],
    ['1000000000.1', 'too_large', field, 1_000_000_000],
    ['1e300', 'too_large', field, 1_000_000_000],
  ];
}

function textCases(field: string): readonly Case[] {
  return ['null', '1', 'true', '[]', '{}', '["x"]'].map((value) => [value, 'wrong_type', field]);
}

function agentIdCases(field: string): readonly Case[] {
  const ids = ['', 'Bob', ' bob', 'bob ', '-bob', 'a/b', '../bob', 'b\u0000b', 'x'.repeat(42), 'system:fees', 'bób'];
  return [...textCases(field), ...ids.map((id): Case => [JSON.stringify(id), 'invalid_id', field])];
}

const ANY_BODY: readonly Case[] = [
  ['', 'invalid_json'],
  ['{', 'invalid_json'],
  ['{"amount":NaN}', 'invalid_json'],
  ['{"amount":Infinity}', 'invalid_json'],
  ["{'a':1}", 'invalid_json'],
  ['{"a":1}{"b":2}', 'invalid_json'],
  ['"text"', 'wrong_type'],
  ['null', 'wrong_type'],
  ['[]', 'wrong_type'],
  ['7', 'wrong_type'],
  ['{}', 'missing_field'],
  ['{"__proto__":{"amount":1}}', 'unknown_field', '__proto__'],
  ['{"constructor":1}', 'unknown_field', 'constructor'],
  ['{"x":1e400}', 'not_finite', 'x'],
  [`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, 'too_deep', undefined, 64],
  [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'too_deep', undefined, 64],
];

/** Fills the one field that is wrong into a body that is right. */
function filled(body: object, cases: readonly Case[], fill: (value: unknown) => object): readonly Case[] {
  return cases.map(([value, ...rest]) => {
    const text = JSON.stringify({ ...body, ...fill('«»') });
    return [text.replace('"«»"', value), ...rest];
  });
}

function quantityCases(field: string): readonly Case[] {
  return amountCases(field).filter(([, code]) => ['wrong_type', 'not_finite'].includes(code));
}

const BID = { bundle: BUNDLE, amount: 20 };

function bidCases(at: string, wrap: (bid: object) => object): readonly Case[] {
  const bid = (cases: readonly Case[], fill: (value: unknown) => object) =>
    cases.map(([value, ...rest]): Case => [
      JSON.stringify(wrap({ ...BID, ...fill('«»') })).replace('"«»"', value),
      ...rest,
    ]);
  const resource = (name: string, cases: readonly Case[]) =>
    bid([...quantityCases(`${at}bundle.${name}`), ...cases], (value) => ({ bundle: { ...BUNDLE, [name]: value } }));
  const without = (key: string) =>
    JSON.stringify(
      wrap({ bundle: Object.fromEntries(Object.entries(BUNDLE).filter(([name]) => name !== key)), amount: 20 }),
    );
  return [
    ...Object.keys(BUNDLE).map((key): Case => [without(key), 'missing_resource', `${at}bundle.${key}`]),
    [JSON.stringify(wrap({ ...BID, bundle: { ...BUNDLE, gpu: 1 } })), 'unknown_resource', `${at}bundle.gpu`],
    [JSON.stringify(wrap({ ...BID, extra: 1 })), 'unknown_field', `${at}extra`],
    [JSON.stringify(wrap({ bundle: BUNDLE })), 'missing_field', `${at}amount`],
    [JSON.stringify(wrap({ amount: 20 })), 'missing_field', `${at}bundle`],
    ...bid(
      [
        ['null', 'wrong_type', `${at}bundle`],
        ['[]', 'wrong_type', `${at}bundle`],
        ['"x"', 'wrong_type', `${at}bundle`],
        ['{}', 'missing_resource', `${at}bundle.cpu_seconds`],
      ],
      (bundle) => ({ bundle }),
    ),
    ...bid(amountCases(`${at}amount`), (amount) => ({ amount })),
    ...resource('cpu_seconds', [
      ['-1', 'negative', `${at}bundle.cpu_seconds`, 0.001],
      ['0', 'not_positive', `${at}bundle.cpu_seconds`, 0.001],
      ['0.0001', 'too_many_decimals', `${at}bundle.cpu_seconds`, 3],
      ['1e9', 'too_large', `${at}bundle.cpu_seconds`, 1_000_000],
    ]),
    ...resource('memory_mb', [
      ['-1', 'negative', `${at}bundle.memory_mb`, 16],
      ['0', 'too_small', `${at}bundle.memory_mb`, 16],
      ['15', 'too_small', `${at}bundle.memory_mb`, 16],
      ['64.5', 'not_integer', `${at}bundle.memory_mb`],
      ['1e12', 'too_large', `${at}bundle.memory_mb`, 1_000_000_000],
    ]),
    ...resource('tokens', [
      ['-1', 'negative', `${at}bundle.tokens`, 0],
      ['0.5', 'not_integer', `${at}bundle.tokens`],
      ['1e12', 'too_large', `${at}bundle.tokens`, 1_000_000_000],
    ]),
    ...resource('attention', [
      ['-1', 'negative', `${at}bundle.attention`, 0],
      ['0.5', 'not_integer', `${at}bundle.attention`],
      ['2', 'too_large', `${at}bundle.attention`, 1],
      ['true', 'wrong_type', `${at}bundle.attention`],
    ]),
    ...bid(
      [
        ['null', 'wrong_type', `${at}earliest_cycle`],
        ['"3"', 'wrong_type', `${at}earliest_cycle`],
        ['-1', 'negative', `${at}earliest_cycle`, 0],
        ['1.5', 'not_integer', `${at}earliest_cycle`],
        ['1e300', 'too_large', `${at}earliest_cycle`],
        ['1e400', 'not_finite', `${at}earliest_cycle`],
      ],
      (cycle) => ({ earliest_cycle: cycle }),
    ),
    ...bid([['{"deep":[1e400]}', 'not_finite', `${at}payload.deep.0`]], (payload) => ({ payload })),
  ];
}

describe.each<[string, readonly Case[]]>([
  [
    '/market/bid',
    [
      ...bidCases('', (bid) => bid),
      ...filled(BID, agentIdCases('for_agent_id'), (id) => ({ for_agent_id: id })),
      [JSON.stringify({ ...BID, for_agent_id: 'nobody' }), 'agent_not_found', 'for_agent_id'],
      [JSON.stringify({ ...BID, amount: 8.249999 }), 'below_reserve', 'amount', 8.25],
      [JSON.stringify({ ...BID, amount: 2941.750001 }), 'insufficient_credits', 'amount', 2941.75],
      [
        JSON.stringify({ ...BID, bundle: { ...BUNDLE, cpu_seconds: 16.001 } }),
        'bundle_exceeds_supply',
        'bundle.cpu_seconds',
        16,
      ],
      [
        JSON.stringify({ ...BID, bundle: { ...BUNDLE, memory_mb: 3201 } }),
        'bundle_exceeds_supply',
        'bundle.memory_mb',
        3200,
      ],
      [JSON.stringify({ ...BID, bundle: { ...BUNDLE, tokens: 1 } }), 'no_supply', 'bundle.tokens', 0],
      [JSON.stringify({ ...BID, earliest_cycle: 362 }), 'earliest_cycle_too_far', 'earliest_cycle', 361],
      [JSON.stringify({ ...BID, payload: 'x'.repeat(65_535) }), 'payload_too_large', 'payload', 65_536],
    ],
  ],
  [
    '/economic/transfer',
    [
      ...filled({ amount: 1 }, agentIdCases('to'), (to) => ({ to })),
      ...filled({ to: 'bob' }, amountCases('amount'), (amount) => ({ amount })),
      ...filled({ to: 'bob', amount: 1 }, textCases('memo'), (memo) => ({ memo })),
      ['{"to":"bob"}', 'missing_field', 'amount'],
      ['{"amount":1}', 'missing_field', 'to'],
      ['{"to":"bob","amont":1}', 'unknown_field', 'amont'],
      ['{"to":"nobody","amount":1}', 'agent_not_found', 'to'],
      ['{"to":"ann","amount":1}', 'accounts_must_be_different', 'to'],
      ['{"to":"bob","amount":2941.750001}', 'insufficient_credits', 'amount', 2941.75],
      [JSON.stringify({ to: 'bob', amount: 1, memo: 'x'.repeat(201) }), 'too_large', 'memo', 200],
    ],
  ],
  [
    '/social/message',
    [
      ...filled({ content: 'x' }, agentIdCases('to'), (to) => ({ to })),
      ...filled({ to: 'bob' }, textCases('content'), (content) => ({ content })),
      ['{"to":"bob"}', 'missing_field', 'content'],
      ['{"content":"x"}', 'missing_field', 'to'],
      ['{"to":"bob","content":""}', 'empty', 'content'],
      ['{"to":"nobody","content":"x"}', 'agent_not_found', 'to'],
      ['{"to":"ann","content":"x"}', 'agents_must_be_different', 'to'],
      [JSON.stringify({ to: 'bob', content: 'é'.repeat(33) }), 'too_large', 'content', 64],
    ],
  ],
  [
    '/human/prompt',
    [
      ...filled({}, textCases('content'), (content) => ({ content })),
      ...filled({ content: 'x' }, textCases('title'), (title) => ({ title })),
      ['{"title":"x"}', 'missing_field', 'content'],
      ['{"content":""}', 'empty', 'content'],
      ['{"content":" \\n\\t"}', 'empty', 'content'],
      [JSON.stringify({ content: 'x'.repeat(65) }), 'too_large', 'content', 64],
      [JSON.stringify({ content: 'x', title: 'x'.repeat(201) }), 'too_large', 'title', 200],
      ...filled(
        { content: 'x' },
        [
          ['null', 'wrong_type', 'next_bid'],
          ['[]', 'wrong_type', 'next_bid'],
          ['"x"', 'wrong_type', 'next_bid'],
          ['{}', 'missing_field', 'next_bid.bundle'],
        ],
        (bid) => ({ next_bid: bid }),
      ),
      ...bidCases('next_bid.', (bid) => ({ content: 'x', next_bid: bid })),
      [
        JSON.stringify({ content: 'x', next_bid: { ...BID, for_agent_id: 'bob' } }),
        'unknown_field',
        'next_bid.for_agent_id',
      ],
    ],
  ],
  [
    '/social/spawn',
    [
      ...filled({ first_bid: BID, files: { 'main.py': '' } }, amountCases('initial_credits'), (amount) => ({
        initial_credits: amount,
      })),
      ...filled({ initial_credits: 300, first_bid: BID, files: { 'main.py': '' } }, agentIdCases('id'), (id) => ({
        id,
      })),
      ...bidCases('first_bid.', (bid) => ({ initial_credits: 300, first_bid: bid, files: { 'main.py': '' } })),
      ['{"initial_credits":300,"files":{}}', 'missing_field', 'first_bid'],
      [JSON.stringify({ initial_credits: 300, first_bid: BID }), 'missing_field', 'files'],
      [JSON.stringify({ first_bid: BID, files: {} }), 'missing_field', 'initial_credits'],
    ],
  ],
])('POST %s refuses, and changes nothing:', (path, cases) => {
  it.each([...ANY_BODY, ...cases].map((each) => [each[0].slice(0, 120), each] as const))('%s', async (_, each) => {
    await expectRefused('POST', path, each[0], each);
  });
});

describe.each(['/economic/history', '/market/bids', '/human/prompts', '/social/inbox', '/social/agents'])(
  'GET %s refuses',
  (path) => {
    it.each<[query: string, code: string, field: string, limit?: number]>([
      ['limit=0', 'too_small', 'limit', 1],
      ['limit=-1', 'negative', 'limit', 1],
      ['limit=101', 'too_large', 'limit', 100],
      ['limit=1e400', 'not_finite', 'limit'],
      ['limit=1.5', 'not_integer', 'limit'],
      ['limit=', 'wrong_type', 'limit'],
      ['limit=ten', 'wrong_type', 'limit'],
      ['limit=NaN', 'wrong_type', 'limit'],
      ['limit=1&limit=2', 'wrong_type', 'limit'],
      ['page=2', 'unknown_field', 'page'],
      ['__proto__=1', 'unknown_field', '__proto__'],
    ])('?%s', async (query, code, field, limit) => {
      await expectRefused(
        'GET',
        `${path}?${query}`,
        undefined,
        limit === undefined ? [query, code, field] : [query, code, field, limit],
      );
    });
  },
);

describe('an id in the path or query', () => {
  it.each<[method: string, path: string, code: string, field?: string]>([
    ['GET', '/economic/history?before=', 'invalid_id', 'before'],
    ['GET', '/economic/history?before=bid_3', 'invalid_id', 'before'],
    ['GET', '/economic/history?before=-3', 'invalid_id', 'before'],
    ['GET', '/market/bids?before=99999999999999999999', 'invalid_id', 'before'],
    ['GET', '/market/bids?status=lost', 'invalid_value', 'status'],
    ['GET', '/social/agents?after=Nobody', 'invalid_id', 'after'],
    ['GET', '/social/agents?after=nobody', 'agent_not_found', 'after'],
    ['DELETE', '/market/bid/0', 'invalid_id', 'id'],
    ['DELETE', '/market/bid/-1', 'invalid_id', 'id'],
    ['DELETE', '/market/bid/bid_', 'invalid_id', 'id'],
    ['DELETE', '/market/bid/NaN', 'invalid_id', 'id'],
    ['DELETE', `/market/bid/${'9'.repeat(3000)}`, 'invalid_id', 'id'],
    ['DELETE', '/market/bid/bid_1%00', 'invalid_id', 'id'],
    ['DELETE', '/market/bid/bid_999', 'bid_not_found'],
  ])('%s %.60s is refused', async (method, path, code, field) => {
    await expectRefused(method, path, undefined, ['', code, field]);
  });
});
