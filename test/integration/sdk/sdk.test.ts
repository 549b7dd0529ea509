import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import type { Bundle } from '../../../src/domain/resources.ts';
import {
  accepted,
  BARE,
  makeAgent,
  nextCycle,
  runningAgent,
  settle,
  start,
  WITH_ATTENTION,
} from '../../helpers/economy.ts';
import { startFakeProvider } from '../../helpers/fake-provider.ts';
import { providersAt } from '../../helpers/provider-settings.ts';
import { LANGUAGES, sdkLife, type Language, type SdkLife } from '../../helpers/sdk-life.ts';
import { openTestService, type TestService } from '../../helpers/service-client.ts';

// Every function of both SDKs on a real service: what holds in one language holds in the other.

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(overrides: readonly string[] = []): Promise<TestService> {
  const test = await openTestService({ overrides });
  cleanups.push(() => test.close());
  return test;
}

async function lived(test: TestService, language: Language, started: Parameters<typeof sdkLife>[2]): Promise<SdkLife> {
  const life = await sdkLife(test, language, started);
  cleanups.push(() => life.end());
  return life;
}

/** An agent called ann, running. */
async function ann(language: Language, options: { credits?: number; bundle?: Bundle; overrides?: string[] } = {}) {
  const test = await open(options.overrides);
  makeAgent(test.economy, 'bob');
  const started = runningAgent(test.economy, 'ann', options);
  return { test, started, life: await lived(test, language, started) };
}

/** Ends this execution and runs the agent's next one. */
async function again(test: TestService, language: Language, executionId: number) {
  settle(test.economy, executionId);
  const [next] = nextCycle(test.economy).allocated.filter(
    (id) => test.economy.store.executions.get(id).agentId === 'ann',
  );
  if (next === undefined) throw new Error('ann did not win');
  const started = start(test.economy, next);
  return { started, life: await lived(test, language, started) };
}

const LIFE = { cpu_seconds: 0.4, memory_mb: 48, tokens: 0, attention: 0 };

describe.each(LANGUAGES)('the SDK for %s', (language) => {
  it('tells the handshake by attributes', async () => {
    const { life, started } = await ann(language);
    const told = JSON.parse(started.handshake) as Record<string, unknown>;
    expect(await life.step('agent_id')).toEqual({ value: 'ann' });
    for (const name of ['cycle', 'markets', 'inbox', 'responses', 'bids', 'last_execution'])
      expect(await life.step(name)).toEqual({ value: told[name] });
    expect(await life.step('context')).toEqual({ value: told['execution_context'] });
    expect(await life.step('available')).toEqual({ value: (told['credits'] as { available: number }).available });
  });

  it('says code, detail, field and limit of what is refused', async () => {
    const { life } = await ann(language);
    const { refused } = await life.step('post', ['/market/bid', { bundle: LIFE, amount: 0.1 }]);
    expect(refused).toMatchObject({ status: 422, code: 'below_reserve', field: 'amount' });
    expect(refused?.['limit']).toEqual((await life.step('cost', [LIFE])).value);
    expect(refused?.['detail']).toContain('amount must be at least');
    expect((await life.step('call', ['withdrawBid', { id: 'bid_99' }])).refused).toMatchObject({
      code: 'bid_not_found',
    });
    expect((await life.step('get', ['/nowhere'])).refused).toMatchObject({ status: 404 });
  });

  it('clips a bundle to the supply and to whole units', async () => {
    const { life } = await ann(language);
    const bundle = { cpu_seconds: 0.29, memory_mb: 1e9, tokens: 9.5, attention: 3 };
    const { value } = await life.step('clip', [bundle]);
    expect(value).toMatchObject({ cpu_seconds: 0.29, tokens: 0, attention: 1 });
    expect(await life.step('bid', [bundle, null])).toMatchObject({ value: { bundle: value, status: 'pending' } });
    expect((await life.step('clip', [{}])).value).toEqual({
      cpu_seconds: 0.001,
      memory_mb: 16,
      tokens: 0,
      attention: 0,
    });
  });

  it('clips a bid to the balance, and keeps count of it', async () => {
    const { life, test } = await ann(language, { credits: 40 });
    const { value: cost } = await life.step('cost', [LIFE]);
    const { value: before } = await life.step('available');
    const { value } = await life.step('bid', [LIFE, 1e6], { payload: { n: 1 }, earliest_cycle: 10_000 });
    expect(value).toMatchObject({ amount: before, available: 0, earliest_cycle: expect.any(Number) as number });
    expect(await life.step('available')).toEqual({ value: 0 });
    expect((await life.step('bid', [LIFE])).refused).toMatchObject({ code: 'insufficient_credits' });
    expect(Number(cost)).toBeGreaterThan(0);
    expect(test.failures).toEqual([]);
  });

  it('looks again where prices have moved since the handshake', async () => {
    const { life, test } = await ann(language);
    for (const resource of ['cpu_seconds', 'memory_mb'] as const) {
      const row = test.economy.store.markets.all()[resource];
      if (row) test.economy.store.markets.put({ ...row, price: micro(row.price * 2) });
    }
    const { value } = await life.step('bid', [LIFE]);
    expect(value).toMatchObject({ status: 'pending' });
    expect((value as { amount: number }).amount).toBeGreaterThanOrEqual((value as { reserve: number }).reserve);
  });

  it('bids no second time with an amount that stays too low', async () => {
    const { life } = await ann(language);
    const requests = async () => {
      const { value } = await life.step('call', ['getExecution', {}]);
      return (value as { used: { requests: number } }).used.requests;
    };
    const before = await requests();
    expect((await life.step('bid', [LIFE, 0.1])).refused).toMatchObject({ code: 'below_reserve' });
    expect(await requests()).toBe(before + 2);
  });

  it('bids for the next life once', async () => {
    const { life } = await ann(language);
    const { value } = await life.step('ensure_next_life');
    expect(value).toMatchObject({ status: 'pending', bundle: { cpu_seconds: 1, memory_mb: 64, attention: 0 } });
    const { bid_id: id } = value as { bid_id: string };
    expect((await life.step('ensure_next_life')).value).toMatchObject({ id });
    expect((await life.step('pending')).value).toHaveLength(1);
  });

  it("counts a sponsor's bid for it, unless that buys less than it needs or waits", async () => {
    const { life, test } = await ann(language);
    const sponsored = (cpuMs: number, earliestCycle = 0) => {
      const bid = { bundle: { ...BARE, cpuMs }, amount: micro(50_000_000), earliestCycle, forAgentId: 'ann' };
      return accepted(placeBid(test.economy, 'bob', bid));
    };
    const { bidId } = sponsored(2000);
    expect((await life.step('ensure_next_life')).value).toMatchObject({ payer: 'bob', bundle: { cpu_seconds: 2 } });
    accepted(withdrawBid(test.economy, 'bob', bidId));
    sponsored(10);
    sponsored(2000, 300);
    expect((await life.step('ensure_next_life')).value).toMatchObject({
      status: 'pending',
      bundle: { cpu_seconds: 1 },
    });
  });

  it('says why there will be no next life, and does without attention where that is too dear', async () => {
    const { life } = await ann(language, { credits: 20 });
    const { value } = await life.step('ensure_next_life', [{ ...LIFE, attention: 1 }]);
    expect(value).toMatchObject({ status: 'pending', bundle: { attention: 0 } });
    const { bid_id: id } = value as { bid_id: string };
    await life.step('call', ['withdrawBid', { id }]);
    expect(await life.step('ensure_next_life', [{ cpu_seconds: 1000, memory_mb: 4000 }])).toEqual({ value: null });
    expect(life.printed).toEqual([expect.stringMatching(/^no next life: insufficient_credits: /)]);
  });

  it('sponsors, pays, writes and reads', async () => {
    const { life, test, started } = await ann(language);
    expect((await life.step('sponsor', ['bob', LIFE])).value).toMatchObject({ status: 'pending' });
    expect((await life.step('transfer', ['bob', 2.5, 'thanks'])).value).toMatchObject({
      transfer_id: expect.any(String) as string,
    });
    expect((await life.step('send', ['bob', 'Hello — bob'])).value).toMatchObject({
      message_id: expect.any(String) as string,
    });
    accepted(sendMessage(test.economy, 'bob', { to: 'ann', content: 'Hello, ann ✓' }));
    await life.step('ensure_next_life');
    const next = await again(test, language, started.execution.id);
    expect((await next.life.step('inbox')).value).toMatchObject([{ from: 'bob', content: 'Hello, ann ✓' }]);
    expect((await next.life.step('call', ['listInbox', { limit: 1 }])).value).toMatchObject({
      messages: [{ from: 'bob' }],
    });
  });

  it('asks the human with its next life, and joins the answer with what it asked', async () => {
    const { life, test, started } = await ann(language, { bundle: WITH_ATTENTION });
    const { value } = await life.step('ask', ['Is this — ✓ — of use?', 'A question']);
    const { prompt_id: id } = value as { prompt_id: string };
    expect((await life.step('ask', ['And this?'])).refused).toMatchObject({ code: 'prompt_already_submitted' });
    expect((await life.step('left')).value).toMatchObject({ attention: 0, tokens: 0 });
    settle(test.economy, started.execution.id);
    const marks = { interesting: 7, useful: 8, understandable: 9 };
    accepted(scorePrompt(test.economy, Number(id.slice('prompt_'.length)), marks, 'good'));
    const next = await again(test, language, started.execution.id);
    expect((await next.life.step('answers')).value).toMatchObject([
      {
        prompt_id: id,
        title: 'A question',
        content: 'Is this — ✓ — of use?',
        scores: { useful: 8 },
        next_bid: { status: 'placed' },
      },
    ]);
  });

  it('hands files over with what it asks', async () => {
    const { life, test, started } = await ann(language, { bundle: WITH_ATTENTION });
    test.takeFiles = (names) => Promise.resolve({ contents: names.map((name) => Buffer.from(name)) });
    const refused = await life.step('ask', ['Look!', 'A report', false], { files: ['../out'] });
    expect(refused.refused).toMatchObject({ code: 'invalid_path', field: 'files.0' });
    expect((await life.step('ask', ['Look!', 'A report', false], { files: ['a', 'out/ü.png'] })).value).toMatchObject({
      status: 'open',
    });
    expect(test.economy.store.prompts.ofExecution(started.execution.id)?.files).toMatchObject([
      { name: 'a', bytes: 1 },
      { name: 'out/ü.png' },
    ]);
  });

  it('makes a child of a folder, with the least endowment', async () => {
    const { life, test } = await ann(language);
    const folder = join(life.workspace, 'child');
    mkdirSync(join(folder, 'lib'), { recursive: true });
    writeFileSync(join(folder, 'main'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(folder, 'lib', 'blob'), Buffer.from([0, 255, 254]));
    writeFileSync(join(folder, 'memory.json'), '{}');
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const { value: state } = await life.step('market');
    const { value } = await life.step('spawn', [folder], { id: 'kid' });
    expect(value).toMatchObject({ agent_id: 'kid', fee: (state as { spawn_fee: number }).spawn_fee });
    const files = test.economy.store.agentFiles.waiting('kid')?.files ?? [];
    expect(files.map(({ path, executable }) => [path, executable]).sort()).toEqual([
      ['lib/blob', false],
      ['main', true],
    ]);
    expect([...(files.find(({ path }) => path === 'lib/blob')?.content ?? [])]).toEqual([0, 255, 254]);
    const child = test.economy.store.accounts.available('kid');
    expect(child).toBeLessThan((state as { least_endowment: number }).least_endowment * 1_000_000);
  });

  it('asks a model', async () => {
    const provider = await startFakeProvider();
    cleanups.push(() => provider.close());
    const providers = providersAt(provider.origin, { provider: { key_env: undefined } });
    const overrides = [`intelligence.providers=${providers}`, 'market.supply.tokens=20000'];
    const { life } = await ann(language, { overrides, bundle: { ...BARE, tokens: 2000 } });
    expect(await life.step('think', ['Say hello.'], { max_tokens: 20 })).toEqual({ value: 'Hello, world!' });
    expect(await life.step('think', [[{ role: 'user', content: 'Say hello.' }]])).toEqual({ value: 'Hello, world!' });
    expect((await life.step('think', ['Say hello.'], { model: 'none' })).refused).toMatchObject({
      code: 'unknown_model',
    });
  });

  it('remembers whole or not at all, and says so where a memory is broken', async () => {
    const { life } = await ann(language);
    expect(await life.step('recall', [{ told: 0 }])).toEqual({ value: { told: 0 } });
    await life.step('remember', [{ told: 1, name: 'Ä' }]);
    expect(await life.step('recall')).toEqual({ value: { told: 1, name: 'Ä' } });
    expect(existsSync(join(life.workspace, 'memory.json.new'))).toBe(false);
    writeFileSync(join(life.workspace, 'memory.json'), '{"told": ');
    expect(await life.step('recall', [{ told: 0 }])).toEqual({ value: { told: 0 } });
    expect(life.printed).toEqual([expect.stringMatching(/^memory\.json can't be read and is begun anew: /)]);
    expect(readFileSync(join(life.workspace, 'memory.json.broken'), 'utf8')).toBe('{"told": ');
  });
});
