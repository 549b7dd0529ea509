import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro, type MicroCredits } from '../../../src/domain/credits.ts';
import type { Result } from '../../../src/domain/refusal.ts';
import type { Bundle } from '../../../src/domain/resources.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { stopExecution } from '../../../src/economy/executions/stop-execution.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { transferCredits } from '../../../src/economy/money/transfer-credits.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import {
  accepted,
  BARE,
  makeAgent,
  openTestEconomy,
  runningAgent,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

// What a front end hands over is a number or a text that somebody typed. Whatever it is, the use case itself refuses it.

const MARKS = { interesting: 5, useful: 6, understandable: 7 };
const MAIN_PY = { path: 'main.py', content: Buffer.from('pass\n'), executable: false };
const LONG = 'x'.repeat(1_000_000);
const credits = (amount: number) => amount as MicroCredits;

let economy: TestEconomy;
let caller: { readonly executionId: number; readonly agentId: string };
beforeEach(() => {
  economy = openTestEconomy();
  makeAgent(economy, 'other');
  const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
  caller = { executionId: execution.id, agentId: 'a' };
});
afterEach(() => economy.close());

/** Refused with this code, and nothing is changed. */
function refused(code: string, work: () => Result<unknown>, field?: string): void {
  const before = [economy.store.transfers.head(), economy.store.agents.counts(), economy.store.bids.countPending()];
  expect(work()).toMatchObject({ ok: false, code, ...(field !== undefined && { field }) });
  expect([economy.store.transfers.head(), economy.store.agents.counts(), economy.store.bids.countPending()]).toEqual(
    before,
  );
}

describe('a mark', () => {
  const marked = (mark: unknown) => () => scorePrompt(economy, 1, { ...MARKS, useful: mark as number }, null);
  beforeEach(() => void accepted(submitPrompt(economy, caller, { content: 'mark me' })));

  it.each([
    [11, 'too_large'],
    [-3, 'negative'],
    [5.5, 'not_integer'],
    [NaN, 'not_finite'],
    [Infinity, 'not_finite'],
    ['7', 'wrong_type'],
    [null, 'wrong_type'],
    [undefined, 'wrong_type'],
  ])('%s is refused as %s', (mark, code) => {
    refused(code, marked(mark), 'useful');
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'open' });
  });

  it.each([0, 10])('%s is taken', (mark) => {
    expect(marked(mark)()).toMatchObject({ ok: true });
  });
});

describe('a reason', () => {
  const given = (reason: unknown) => () => scorePrompt(economy, 1, MARKS, reason as string);
  beforeEach(() => void accepted(submitPrompt(economy, caller, { content: 'mark me' })));

  it('of more characters than the limit is refused with the limit', () => {
    refused('too_large', given(LONG), 'reason');
    expect(given('x'.repeat(1001))()).toMatchObject({ ok: false, limit: 1000 });
    expect(given('x'.repeat(1000))()).toMatchObject({ ok: true });
  });

  it('that is no text is refused', () => refused('wrong_type', given(7), 'reason'));

  it('of nothing but spaces is none', () => {
    accepted(given('  \n')());
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'scored', reason: null });
  });
});

describe('an id of a number', () => {
  it.each([-1, 0, 1.5, NaN, Infinity, 2 ** 60, '1', undefined, {}])('such as %s is refused', (id) => {
    const number = id as number;
    refused('invalid_id', () => scorePrompt(economy, number, MARKS, null));
    refused('invalid_id', () => skipPrompt(economy, number));
    refused('invalid_id', () => stopExecution(economy, number));
    refused('invalid_id', () => withdrawBid(economy, 'a', number));
  });
});

describe('an id of an agent', () => {
  it.each([
    ...['', 'UPPER', '-a', 'a b', '../a', 'system:burn', 'a|b', 'x'.repeat(42), 7].map((id) => [id, id]),
    ['a million letters', LONG],
  ])('such as %s is refused', (_name, id) => {
    const text = id as string;
    refused('invalid_id', () => bootstrapAgent(economy, { id: text, files: [MAIN_PY] }), 'id');
    refused('invalid_id', () => stopAgent(economy, text), 'agent');
    refused('invalid_id', () => transferCredits(economy, 'a', { to: text, amount: micro(1) }), 'to');
    refused('invalid_id', () => sendMessage(economy, 'a', { to: text, content: 'x' }), 'to');
    refused('invalid_id', () => placeBid(economy, 'a', { bundle: BARE, amount: micro(1e9), forAgentId: text }));
    refused('invalid_id', () => spawnAgent(economy, 'a', { ...child(300e6), id: text }), 'id');
  });
});

const child = (amount: number) => ({
  initialCredits: credits(amount),
  firstBid: { bundle: BARE, amount: micro(10e6) },
  files: [MAIN_PY],
});

describe('an amount', () => {
  it.each([
    [0, 'not_positive'],
    [-1, 'negative'],
    [0.5, 'not_integer'],
    [NaN, 'not_finite'],
    [Infinity, 'not_finite'],
    [1e15 + 2, 'too_large'],
    ['5', 'wrong_type'],
  ])('of %s micro-credits is refused as %s', (amount, code) => {
    const typed = credits(amount as number);
    const other = { id: 'new', files: [MAIN_PY] };
    refused(code, () => bootstrapAgent(economy, { ...other, credits: typed }), 'credits');
    refused(code, () => bootstrapAgent(economy, { ...other, amount: typed }), 'amount');
    refused(code, () => placeBid(economy, 'a', { bundle: BARE, amount: typed }), 'amount');
    refused(code, () => transferCredits(economy, 'a', { to: 'other', amount: typed }), 'amount');
    refused(code, () => spawnAgent(economy, 'a', child(amount as number)), 'initial_credits');
  });
});

describe('a bundle', () => {
  it.each([
    ['cpuMs', 0, 'not_positive'],
    ['cpuMs', -1, 'negative'],
    ['cpuMs', 0.5, 'too_many_decimals'],
    ['cpuMs', NaN, 'not_finite'],
    ['memoryMb', 15, 'too_small'],
    ['memoryMb', 64.5, 'not_integer'],
    ['tokens', -1, 'negative'],
    ['attention', 2, 'too_large'],
    ['attention', 0.5, 'not_integer'],
    ['attention', null, 'wrong_type'],
  ])('with %s %s is refused as %s', (key, value, code) => {
    const bundle: Bundle = { ...BARE, [key]: value };
    refused(code, () => placeBid(economy, 'a', { bundle, amount: micro(500e6) }));
    refused(code, () => bootstrapAgent(economy, { id: 'new', files: [MAIN_PY], bundle }));
  });
});

describe('a cycle', () => {
  it.each([
    [-1, 'negative'],
    [1.5, 'not_integer'],
    [NaN, 'not_finite'],
    ['3', 'wrong_type'],
  ])('%s is refused as %s', (cycle, code) => {
    const request = { bundle: BARE, amount: micro(500e6), earliestCycle: cycle as number };
    refused(code, () => placeBid(economy, 'a', request), 'earliest_cycle');
  });
});

describe('a text', () => {
  it('of a million characters is refused wherever one is taken', () => {
    refused('too_large', () => transferCredits(economy, 'a', { to: 'other', amount: micro(1), memo: LONG }), 'memo');
    refused('too_large', () => sendMessage(economy, 'a', { to: 'other', content: LONG }), 'content');
    refused('too_large', () => submitPrompt(economy, caller, { content: LONG }), 'content');
    refused('too_large', () => submitPrompt(economy, caller, { content: 'x', title: LONG }), 'title');
    refused('payload_too_large', () =>
      placeBid(economy, 'a', { bundle: BARE, amount: micro(500e6), payload: JSON.stringify(LONG) }),
    );
  });

  it('that is no text is refused', () => {
    const text = 7 as unknown as string;
    refused('wrong_type', () => transferCredits(economy, 'a', { to: 'other', amount: micro(1), memo: text }), 'memo');
    refused('wrong_type', () => sendMessage(economy, 'a', { to: 'other', content: text }), 'content');
    refused('wrong_type', () => submitPrompt(economy, caller, { content: text }), 'content');
    refused('wrong_type', () => submitPrompt(economy, caller, { content: 'x', title: text }), 'title');
  });
});
