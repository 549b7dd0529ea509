import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { bundleCost, type Bundle } from '../../../src/domain/resources.ts';
import { micro, toCredits } from '../../../src/domain/credits.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { pricesOf } from '../../../src/economy/views/market-view.ts';
import { bpShell, compileBp, type BpProgram, type BpShell } from '../../helpers/bp-command.ts';
import { accepted, bidFor, makeAgent, runWinners, settle, WITH_ATTENTION } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { needsCompiler } from '../../helpers/needs.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

const WORDS = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
/** Nothing of it may end a line, move a cursor or pass for a column. */
const HOSTILE = 'a\nb\tc\\d\u001b[2J\r\u0085\u2028\u202ee';
const ESCAPED = 'a\\nb\\tc\\\\d\\u001b[2J\\r\\u0085\\u2028\\u202ee';

let program: BpProgram;
let test: TestService;
let ann: TestAgent;
let shell: BpShell;

beforeEach(async (context) => {
  needsCompiler(context);
  program = compileBp();
  test = await openTestService({ overrides: ['market.supply.attention=1'] });
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 5000 });
  await startAnn();
});
afterEach(async () => {
  shell.close();
  await test.close();
});

async function startAnn(): Promise<void> {
  const started = runWinners(test.economy).get('ann')!;
  ann = await test.connect(started);
  shell = await bpShell(program, ann, started.handshake);
}

/** The next life, which knows what the last one came to. */
async function liveOn(bundle?: Bundle): Promise<void> {
  shell.close();
  settle(test.economy, ann.executionId);
  bidFor(test.economy, 'ann', bundle ? { bundle } : {});
  await startAnn();
}

async function json(...parameters: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await shell.ask(...parameters, '--json')) as Record<string, unknown>;
}

/** As lines of `name value`. */
async function told(...parameters: string[]): Promise<Record<string, string>> {
  const lines = (await shell.ask(...parameters)).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ') + 1)]));
}

async function rows(...parameters: string[]): Promise<readonly string[][]> {
  const output = await shell.ask(...parameters);
  return output === ''
    ? []
    : output
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
}

describe('bp asks', () => {
  it('for the balance, whole, as a field, and as JSON as it came', async () => {
    expect(await told('balance')).toEqual({ agent_id: 'ann', available: '4941.75', pending: '0', posted: '4941.75' });
    expect(await shell.ask('balance', 'available')).toBe('4941.75\n');
    expect(await shell.ask('balance', '--show', 'pending,agent_id')).toBe('0\nann\n');
    expect(await json('balance')).toEqual((await ann.get('/economic/balance')).body);
  });

  it('for what the handshake tells, without its token', async () => {
    const state = await told('state');
    expect(state).toMatchObject({ agent_id: 'ann', 'execution_context.attention': '1', 'bids.count': '1' });
    expect(await shell.ask('state')).not.toContain(ann.token);
    expect(await shell.ask('state', 'cycle')).toBe(`${state['cycle']}\n`);
    expect(await shell.ask('state', 'markets.cpu_seconds.price')).toBe(`${state['markets.cpu_seconds.price']}\n`);
    expect(await rows('state', 'bids')).toEqual([expect.arrayContaining(['bid_2', 'won', 'ann']) as string[]]);
    expect(await shell.ask('receipts')).toBe('');
  });

  it('for the market, lists by their columns, what is left, and any path', async () => {
    const market = await told('market');
    expect(market).toMatchObject({ 'recent.count': '1', spawn_fee: expect.stringMatching(/^\d+$/) as string });
    expect(await rows('market', 'recent')).toHaveLength(1);
    expect(await rows('history', '--limit', '1', 'kind', 'amount')).toEqual([['bid', '58.25']]);
    expect((await rows('agents', 'id', 'status')).join()).toBe('bob,alive,ann,alive');
    expect(await told('execution')).toMatchObject({ 'bought.attention': '1', 'remaining.cpu_seconds': '-' });
    expect(await shell.ask('get', '/economic/history?limit=2', 'next_before')).toMatch(/^tx_\d+\n$/);
    expect(await rows('bids', '--status', 'pending')).toEqual([]);
    expect((await shell.run(['models'])).stderr).toMatch(/^no_llm_provider: /);
  });

  it('for texts of others, which make no lines and no columns', async () => {
    accepted(sendMessage(test.economy, 'bob', { to: 'ann', content: HOSTILE }));
    const inbox = await shell.ask('inbox');
    expect(inbox).toMatch(/^msg_1\tbob\t[^\t\n]+\t[^\t\n]+\n$/);
    expect(inbox.trimEnd().split('\t').at(-1)).toBe(ESCAPED);
    expect((await told('get', '/social/inbox', '--show', 'messages.0'))['messages.0.content']).toBe(ESCAPED);
    await liveOn();
    expect(await rows('state', 'inbox')).toEqual([['msg_1', 'bob', expect.any(String) as string, ESCAPED]]);
  });

  it('for its answers with what was asked, and for its receipt', async () => {
    const caller = { executionId: ann.executionId, agentId: 'ann' };
    accepted(submitPrompt(test.economy, caller, { content: 'What?', title: HOSTILE }));
    accepted(scorePrompt(test.economy, 1, { interesting: 1, useful: 2, understandable: 3 }, HOSTILE));
    await liveOn();
    const [answer] = await rows('answers');
    expect(answer).toEqual(['prompt_1', 'scored', '150', '1', '2', '3', '-', ESCAPED, ESCAPED]);
    expect(await rows('answers', 'content', 'scores.useful')).toEqual([['What?', '2']]);
    expect(await rows('prompts', 'id', 'reward')).toEqual([['prompt_1', '150']]);
    expect(await told('receipts')).toMatchObject({ outcome: 'completed', 'bought.attention': '1' });
    expect(await shell.ask('receipts', 'outcome')).toBe('completed\n');
  });
});

describe('bp does', () => {
  it('transfers, messages with text from stdin, and withdrawals', async () => {
    expect(await told('transfer', 'bob', '2.5', '--memo', HOSTILE)).toMatchObject({ available: '4939.25' });
    const { stdout } = await shell.run(['message', 'bob', '--show', 'message_id'], { input: `${HOSTILE}"\u0001` });
    expect(stdout).toBe('msg_1\n');
    expect((await ann.get('/economic/history?limit=1')).body).toMatchObject({ transfers: [{ kind: 'message_fee' }] });
    const bid = await shell.ask('bid', WORDS, '9', '--show', 'bid_id');
    expect(await told('withdraw', bid.trim())).toMatchObject({ status: 'withdrawn' });
  });

  it('prompts for a request, whose text makes no line of its own', async () => {
    accepted(publishRequest(test.economy, { text: HOSTILE, files: [{ name: 'a b.pdf', bytes: 1 }], until: null }));
    expect(await rows('requests', 'id', 'until', 'files')).toEqual([['request_1', '-', '1']]);
    await shell.ask('prompt', 'Here.', '--request-id', 'request_1');
    expect(test.economy.store.prompts.find(1)).toMatchObject({ requestId: 1 });
  });

  it('prompts, with a next bid in options or whole', async () => {
    const next = ['--next-bundle', WORDS, '--next-amount', '9', '--next-payload', '{"again":[true,null]}'];
    test.takeFiles = (names) => Promise.resolve({ contents: names.map((name) => Buffer.from(name)) });
    const more = ['--title', 'A "title"', '--file', 'a "b".txt', '--file=out/c', ...next];
    const prompted = await told('prompt', 'Is it?', ...more);
    expect(prompted).toEqual({ prompt_id: 'prompt_1', status: 'open' });
    accepted(scorePrompt(test.economy, 1, { interesting: 1, useful: 2, understandable: 3 }, ''));
    const next_bid = { status: 'placed' };
    expect((await ann.get('/human/prompts')).body).toMatchObject({
      prompts: [{ content: 'Is it?', title: 'A "title"', next_bid, files: [{ name: 'a "b".txt' }, { name: 'out/c' }] }],
    });
    const twice = await shell.run(['prompt', 'x', ...next, '--next-bid', '{}']);
    expect(twice).toMatchObject({ status: 2, stderr: expect.stringMatching(/^twice: .*\n$/) as string });
  });

  it('a bid once, by its key, and any operation with a body', async () => {
    const call = ['call', 'placeBid', '--bundle', WORDS, '--amount', '9', '--key', 'one'];
    expect(await shell.ask(...call)).toBe(await shell.ask(...call));
    expect((await ann.get('/market/bids?status=pending')).body).toMatchObject({ bids: [{ amount: 9 }] });
    expect(
      await shell.ask('call', 'placeBid', JSON.stringify({ bundle: BUNDLE, amount: 9 }), '--show', 'reserve'),
    ).toBe('8.25\n');
    const { stdout } = await shell.run(['post', '/social/message', '--json'], { input: '{"to":"bob","content":"x"}' });
    expect(JSON.parse(stdout)).toMatchObject({ fee: 1 });
  });

  it('spawns a child from a folder with the least endowment, and without what is its own', async () => {
    const folder = join(shell.directory, 'child');
    mkdirSync(join(folder, 'src', '.git'), { recursive: true });
    writeFileSync(join(folder, 'main'), '#!/bin/sh\n');
    chmodSync(join(folder, 'main'), 0o755);
    writeFileSync(join(folder, 'src', 'data.bin'), Buffer.from([0, 255, 10, 13]));
    for (const name of ['memory.json', 'env.json', 'src/.git/HEAD']) writeFileSync(join(folder, name), 'x');
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const { least_endowment: least } = (await ann.get('/market/state')).body as { least_endowment: number };
    expect(await told('spawn', folder, '--id', 'kid')).toMatchObject({ agent_id: 'kid' });
    expect(test.economy.store.agentFiles.waiting('kid')?.files).toMatchObject([
      { path: 'main', executable: true, content: Buffer.from('#!/bin/sh\n') },
      { path: 'src/data.bin', executable: false, content: Buffer.from([0, 255, 10, 13]) },
    ]);
    const { transfers } = (await ann.get('/economic/history?limit=2')).body as { transfers: { amount: number }[] };
    expect(transfers.map(({ amount }) => amount)).toContain(least);
    expect(await shell.run(['spawn', join(shell.directory, 'none')])).toMatchObject({ status: 2 });
  });
});

describe('bp reckons', () => {
  it('costs as the market rounds, offers, and what is sold', async () => {
    for (const cpuMs of [1, 7, 333, 999, 123_457]) {
      const bundle: Bundle = { cpuMs, memoryMb: 17, tokens: 3, attention: 1 };
      const words = `cpu_seconds=${cpuMs / 1000},memory_mb=17,tokens=3,attention=1`;
      expect(await shell.ask('cost', words)).toBe(`${toCredits(bundleCost(bundle, pricesOf(test.economy)))}\n`);
    }
    expect(await shell.ask('cost', JSON.stringify(BUNDLE))).toBe('8.25\n');
    expect(await shell.ask('offer', WORDS)).toBe('10.3125\n');
    const clipped = await shell.ask('clip', 'cpu_seconds=99999,memory_mb=0.5', '--show', 'cpu_seconds,memory_mb');
    const { markets } = (await ann.get('/market/state')).body as { markets: { cpu_seconds: { supply: number } } };
    expect(clipped).toBe(`${markets.cpu_seconds.supply}\n16\n`);
  });

  it('advice from the last receipt, which bid takes as it is', async () => {
    expect(await shell.ask('advice')).toBe(`${WORDS}\n`);
    expect(await shell.ask('advice', '--attention', '1', '--tokens', '0')).toBe(
      'cpu_seconds=1,memory_mb=64,tokens=0,attention=1\n',
    );
    expect(await told('bid', (await shell.ask('advice')).trim())).toMatchObject({
      amount: '10.3125',
      status: 'pending',
    });
  });

  it('bids that are clipped to what is sold, what is there and how far ahead', async () => {
    const far = ['--earliest-cycle', '999999'];
    const bid = await json('bid', 'cpu_seconds=1,memory_mb=99999999', '99999999', ...far);
    const { markets } = (await ann.get('/market/state')).body as { markets: { memory_mb: { supply: number } } };
    expect(bid).toMatchObject({
      status: 'pending',
      bundle: { memory_mb: markets.memory_mb.supply },
      amount: 4941.75,
      available: 0,
    });
    expect(await shell.run(['bid', WORDS])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^insufficient_credits: .*limit 0\)\n$/) as string,
    });
  });
});

describe('bp live', () => {
  it('bids once, and then gives that bid', async () => {
    const placed = await told('live');
    expect(placed).toMatchObject({ bid_id: 'bid_3', status: 'pending', amount: '10.3125', 'bundle.attention': '0' });
    expect(await told('live')).toMatchObject({ bid_id: 'bid_3', payer: 'ann' });
    expect(await rows('pending', 'id', 'payer')).toEqual([['bid_3', 'ann']]);
  });

  it("is content with a sponsor's bid, if that is for enough", async () => {
    const half: Bundle = { cpuMs: 500, memoryMb: 64, tokens: 0, attention: 0 };
    accepted(placeBid(test.economy, 'bob', { bundle: half, amount: micro(9_000_000), forAgentId: 'ann' }));
    await shell.ask('bid', WORDS, '9', '--for-agent-id', 'bob');
    expect(await told('live', 'cpu_seconds=0.5,memory_mb=64')).toMatchObject({ bid_id: 'bid_3', payer: 'bob' });
    expect(await rows('pending', 'id')).toEqual([['bid_3']]);
    expect(await told('live')).toMatchObject({ bid_id: 'bid_5' });
  });

  it("is not content with a sponsor's bid that waits, since it may be withdrawn", async () => {
    const bundle: Bundle = { cpuMs: 2000, memoryMb: 64, tokens: 0, attention: 0 };
    const bid = { bundle, amount: micro(50_000_000), earliestCycle: 300, forAgentId: 'ann' };
    accepted(placeBid(test.economy, 'bob', bid));
    expect(await told('live')).toMatchObject({ bid_id: 'bid_4', 'bundle.cpu_seconds': '1' });
  });

  it('does without attention and tokens where they are too dear, and says with 4 that nothing can be had', async () => {
    const cost = Number(await shell.ask('cost', WORDS));
    await shell.ask('transfer', 'bob', String(4941.75 - cost));
    expect(await told('live', WORDS.replace('attention=0', 'attention=1'))).toMatchObject({
      'bundle.attention': '0',
      amount: String(cost),
      available: '0',
    });
    await shell.ask('withdraw', 'bid_3');
    await shell.ask('transfer', 'bob', '1');
    const before = economyState(test.economy);
    expect(await shell.run(['live'])).toEqual({
      status: 4,
      stdout: '',
      stderr: `no_next_life: it costs ${cost} and ${cost - 1} are available\n`,
    });
    expect(economyState(test.economy)).toEqual(before);
  });
});

describe('bp tells', () => {
  const REFUSED: readonly (readonly [parameters: readonly string[], line: RegExp])[] = [
    [['bid', WORDS, '1'], /^below_reserve: .+ \(field amount, limit 8\.25\)\n$/],
    [['transfer', 'nobody', '1'], /^agent_not_found: .+\n$/],
    [['withdraw', 'bid_99'], /^bid_not_found: .+\n$/],
    [['bids', '--before', '\u001b[2J'], /^invalid_id: [^\u001b]+\n$/],
    [['call', 'getModel', '--model', 'a/b c'], /^no_llm_provider: .+\n$/],
    [['think', 'Well?'], /^no_llm_provider: .+\n$/],
    [['get', '/nowhere'], /^route_not_found: .+\n$/],
    [['post', '/market/bid', '{"bundle":1'], /^invalid_json: .+\n$/],
    [['post', '/market/bid', '{"bundel":1}'], /^unknown_field: .+ \(field bundel\)\n$/],
  ];
  it('in one line and with 1 what the service refuses', async () => {
    const before = economyState(test.economy);
    for (const [parameters, line] of REFUSED)
      expect(await shell.run(parameters), parameters.join(' ')).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(line) as string,
      });
    expect(economyState(test.economy)).toEqual(before);
    settle(test.economy, ann.executionId);
    expect(await shell.run(['balance'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^execution_ended: /) as string,
    });
  });

  const MISUSED: readonly (readonly [parameters: readonly string[], line: RegExp])[] = [
    [['nonsense'], /^unknown_command: nonsense/],
    [['bid'], /^missing_field: /],
    [['withdraw'], /^missing_field: /],
    [['bid', 'cpu=1'], /^wrong_type: --bundle must be like /],
    [['bid', 'cpu_seconds=1,cpu_seconds=2'], /^wrong_type: /],
    [['bid', WORDS, 'much'], /^wrong_type: /],
    [['bid', WORDS, '9', '10'], /^too_many: /],
    [['bid', WORDS, '--nonsense', '1'], /^unknown_option: --nonsense/],
    [['bid', WORDS, '--amount'], /^missing_value: /],
    [['bid', WORDS, '--payload', '{'], /^wrong_type: --payload must be JSON/],
    [['bid', WORDS, '--key', 'a\nb'], /^invalid_idempotency_key: /],
    [['get', '/x\r\ny: z'], /^invalid_path: .*\\r\\ny/],
    [['balance', 'nonsense'], /^unknown_field: /],
    [['agents', 'nonsense'], /^unknown_field: /],
    [['think', 'x', '--key', 'k'], /^unknown_option: --key/],
    [['call', 'nonsense'], /^unknown_operation: /],
    [['call', 'placeBid', '{}', '--amount', '1'], /^twice: /],
  ];
  it('with 2 what makes no sense, and does nothing', async () => {
    const before = economyState(test.economy);
    for (const [parameters, line] of MISUSED) {
      const { status, stdout, stderr } = await shell.run(parameters);
      expect({ status, stdout }, parameters.join(' ')).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(line);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
    expect(economyState(test.economy)).toEqual(before);
  });

  it('with 3 that nobody answers', async () => {
    for (const [environment, line] of [
      [{ BP_SERVICE_URL: 'http://127.0.0.1:1' }, /^service_unreachable: .*refused/],
      [{ BP_SERVICE_URL: 'ftp://127.0.0.1' }, /^service_unreachable: BP_SERVICE_URL/],
      [{ BP_EXECUTION_TOKEN: 'a\nb' }, /^no_handshake: /],
      [{ BP_EXECUTION_TOKEN: '', BP_ENV: '/nowhere' }, /^no_handshake: /],
    ] as const) {
      const { status, stdout, stderr } = await shell.run(['balance'], { environment });
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(line);
    }
  });
});
