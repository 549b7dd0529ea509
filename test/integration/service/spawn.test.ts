import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;

beforeAll(async () => {
  const limits = ['files_max=4', 'files_bytes_max=1000', 'path_chars_max=40'];
  test = await openTestService({ overrides: limits.map((limit) => `economy.spawn.${limit}`) });
  ann = await test.agent('ann', { credits: 1000 });
});
afterAll(() => test.close());

const SPAWN = { initial_credits: 200, first_bid: { bundle: BUNDLE, amount: 9 }, files: { 'main.py': '' } };

async function expectRefused(change: object, code: string, rest: object = {}): Promise<void> {
  const before = economyState(test.economy);
  const answer = await ann.post('/social/spawn', { ...SPAWN, ...change });
  expect(answer.body).toMatchObject({ code, ...rest });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(economyState(test.economy)).toEqual(before);
  expect(test.failures).toEqual([]);
}

describe('a path that leads out of the workspace is refused', () => {
  it.each([
    '/etc/passwd',
    '../main.py',
    'a/../../b',
    'a/..',
    '..',
    '.',
    './main.py',
    'a//b',
    'a/',
    '',
    'a\\b',
    'a\u0000b',
    'a\nb',
    'a\u001b[2Jb',
    'a\u202eb',
    'a\ud800b',
    'env.json',
    'env.json/x',
    'x'.repeat(41),
  ])('%j', async (path) => {
    await expectRefused({ files: { 'main.py': '', [path]: 'x' } }, 'invalid_path', { status: 422 });
    const files = [
      { path: 'main.py', content: '' },
      { path, content: 'x' },
    ];
    await expectRefused({ files }, 'invalid_path', { status: 422 });
  });

  it('and so are two files in one place', async () => {
    const clash = (...paths: string[]) => ({ files: paths.map((path) => ({ path, content: '' })) });
    await expectRefused(clash('main.py', 'main.py'), 'invalid_path');
    await expectRefused(clash('main.py', 'a', 'a/b'), 'invalid_path');
    await expectRefused(clash('main.py', 'a/b', 'a'), 'invalid_path');
  });

  it('while a name that only looks special is a name', async () => {
    const text = JSON.stringify({ ...SPAWN, id: 'odd' }).replace(
      '"main.py":""',
      '"main.py":"","__proto__":"x","...":""',
    );
    expect((await ann.post('/social/spawn', text)).status).toBe(201);
    expect(test.economy.store.agentFiles.waiting('odd')?.files.map(({ path }) => path)).toEqual([
      '...',
      '__proto__',
      'main.py',
    ]);
  });
});

describe('files are refused', () => {
  it.each<[string, unknown, string, string?]>([
    ['as null', null, 'wrong_type', 'files'],
    ['as text', 'main.py', 'wrong_type', 'files'],
    ['as a number', 1, 'wrong_type', 'files'],
    ['with none', {}, 'entry_point_missing', 'files'],
    ['with an empty list', [], 'entry_point_missing', 'files'],
    ['without an entry point', { 'lib.py': '' }, 'entry_point_missing', 'files'],
    ['with a main that is not executable', { main: '' }, 'entry_point_missing', 'files'],
    ['by path with something else than text', { 'main.py': 1 }, 'wrong_type', 'files.main.py'],
    ['by path with bytes', { 'main.py': [1, 2] }, 'wrong_type', 'files.main.py'],
    ['with something else in the list', [null], 'wrong_type', 'files.0'],
    ['without a path', [{ content: '' }], 'missing_field', 'files.0.path'],
    ['without content', [{ path: 'main.py' }], 'missing_field', 'files.0.content'],
    ['with a path that is no text', [{ path: 1, content: '' }], 'wrong_type', 'files.0.path'],
    ['with content that is no text', [{ path: 'main.py', content: {} }], 'wrong_type', 'files.0.content'],
    ['with an unknown field', [{ path: 'main.py', content: '', mode: 511 }], 'unknown_field', 'files.0.mode'],
    ['with a link', [{ path: 'main.py', content: '', link: '/etc' }], 'unknown_field', 'files.0.link'],
    ['with another encoding', [{ path: 'a', content: '', encoding: 'hex' }], 'invalid_value', 'files.0.encoding'],
    ['with broken base64', [{ path: 'a', content: 'a', encoding: 'base64' }], 'invalid_value', 'files.0.content'],
    ['with executable as text', [{ path: 'a', content: '', executable: 'yes' }], 'wrong_type', 'files.0.executable'],
    ['when they are too many', { 'main.py': '', a: '', b: '', c: '', d: '' }, 'too_many_files', 'files'],
    ['when they are too large', { 'main.py': 'é'.repeat(501) }, 'files_too_large', 'files'],
  ])('%s', async (_, files, code, field) => {
    await expectRefused({ files }, code, { field });
  });

  it.each([
    ['by path', { main: '#!/bin/sh\n' }],
    ['in the list', [{ path: 'main', content: '#!/bin/sh\n' }]],
  ])('with the x bit named where a main given %s lacks nothing else', async (_, files) => {
    const refused = await ann.post('/social/spawn', { ...SPAWN, files });
    expect(refused.body).toMatchObject({
      code: 'entry_point_missing',
      detail: expect.stringMatching(/main is there without its x bit.*"executable": true/) as string,
    });
  });

  it('without a word of the x bit where there is no main', async () => {
    const refused = await ann.post('/social/spawn', { ...SPAWN, files: { 'lib/main': '' } });
    expect(refused.body['detail']).not.toMatch(/x bit/);
  });
});

describe('a spawn is refused as a whole', () => {
  it.each<[string, object, string, object?]>([
    ['when the id is taken', { id: 'ann' }, 'agent_exists', { status: 409, field: 'id' }],
    ['when the endowment is too small', { initial_credits: 164.999999 }, 'endowment_too_small', { limit: 165 }],
    [
      'when the parent cannot pay',
      { initial_credits: 900 },
      'insufficient_credits',
      { status: 402, field: 'initial_credits', limit: 541.75 },
    ],
    [
      'when first_bid is under the reserve',
      { first_bid: { bundle: BUNDLE, amount: 8 } },
      'below_reserve',
      { limit: 8.25, field: 'first_bid.amount' },
    ],
    [
      'when first_bid is over the endowment',
      { first_bid: { bundle: BUNDLE, amount: 201 } },
      'insufficient_credits',
      { limit: 200, field: 'first_bid.amount' },
    ],
    [
      'when first_bid is for another',
      { first_bid: { bundle: BUNDLE, amount: 9, for_agent_id: 'ann' } },
      'unknown_field',
      { field: 'first_bid.for_agent_id' },
    ],
    [
      'when first_bid asks for what there is not',
      { first_bid: { bundle: { ...BUNDLE, tokens: 5 }, amount: 9 } },
      'no_supply',
      { field: 'first_bid.bundle.tokens' },
    ],
  ])('%s', async (_, change, code, rest) => {
    await expectRefused(change, code, rest);
  });
});
