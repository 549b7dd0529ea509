import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/model-budget.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { runningAgent } from '../../helpers/economy.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';

let home: CliHome;
afterEach(() => home.remove());

/** Three models, of which the first and the last may have other fields. */
function providers(model: object = {}): string {
  const models = [
    { name: 'gpt', ...model },
    { name: 'embed', embeds: true },
  ];
  const [one, two] = [
    { name: 'one', kind: 'openai' },
    { name: 'two', kind: 'anthropic' },
  ];
  return JSON.stringify([
    { ...one, base_url: 'http://127.0.0.1:1/v1', models },
    { ...two, base_url: 'http://127.0.0.1:1', models: [{ name: 'claude', ...model }] },
  ]);
}

const PRICED = '{gpt: {input: 1, output: 4}, embed: {input: 0.1, output: 0}, claude: {input: 3, output: 15}}';

/** A home whose market sells 1000 tokens every 10 seconds: 8,640,000 a day. */
function open(settings: Readonly<Record<string, string>> = {}, tokens = 1000): CliHome {
  home = cliHome({ engine: instantEngine(liveOn) });
  const lines = Object.entries({ providers: providers(), ...settings });
  const intelligence = lines.map(([key, value]) => `  ${key}: ${value}\n`).join('');
  const market = `market:\n  supply: {tokens: ${tokens}, cpu_seconds: 16}\n`;
  writeFileSync(join(home.directory, 'bp-agents.yaml'), `${market}intelligence:\n${intelligence}`);
  return home;
}

/** Calls of two agents, some years ago and today. */
function spend(): void {
  const economy = home.open();
  try {
    const today = dayOf(economy.clock.now());
    for (const [agentId, model, day, money] of [
      ['ann', 'gpt', today - 500, 1_000_000],
      ['ann', 'gpt', today, 250_000],
      ['bob', 'claude', today, 400_000],
    ] as const) {
      const executionId =
        economy.store.executions.ofAgent(agentId, 1e9, 1)[0]?.id ?? runningAgent(economy, agentId).execution.id;
      const usage = { input: 30, cached: 10, output: 5 };
      economy.store.transaction(() =>
        economy.store.spending.add({ executionId, model, day, usage, billed: 45, money }),
      );
    }
    const { id: executionId } = economy.store.executions.ofAgent('ann', 1e9, 1)[0] ?? { id: 0 };
    economy.store.modelCalls.insert({
      ...{ executionId, cycle: 1, provider: 'one', model: 'gpt', route: '', reserved: 70, reservedMoney: 90 },
      beganAt: economy.clock.now(),
    });
  } finally {
    economy.close();
  }
}

describe('what was spent', () => {
  it('is shown by status, by agent and by model, with the budget', async () => {
    open({ prices: '{gpt: {input: 1, output: 4}, claude: {input: 3, output: 15}}', budget: '{day: {money: 5}}' });
    spend();
    const { stdout } = await home.run('status');
    expect(stdout).toContain(
      [
        'models      0.65 of 5 USD, 90 tokens today, 0.00009 USD reserved',
        '  in all    1.65 USD, 135 tokens',
        '  by agent  bob 0.4 USD · ann 0.25 USD',
        '  by model  claude 0.4 USD · gpt 0.25 USD',
        '  no price  embed',
      ].join('\n'),
    );
    expect(await home.json('status')).toMatchObject({
      spending: {
        currency: 'USD',
        today: { money: 0.65, tokens: 90, reserved_money: 0.00009, reserved_tokens: 70, money_limit: 5 },
        total: { money: 1.65, tokens: 135, money_limit: null, tokens_limit: null },
        renews_at: '2030-01-02T00:00:00.000Z',
        by_agent: [
          { name: 'bob', calls: 1, money: 0.4, tokens: 45 },
          { name: 'ann', calls: 1, money: 0.25 },
        ],
        by_model: [{ name: 'claude' }, { name: 'gpt' }],
        unpriced: ['embed'],
      },
    });
  });

  it('is listed by calls, each with its money, and all of it by agent or by model', async () => {
    open({ prices: PRICED });
    spend();
    expect(await home.json('calls')).toMatchObject([{ reserved: 70, reserved_money: 0.00009, money: null }]);
    const counts = (calls: number) => ({
      ...{ calls, input_tokens: 30 * calls, cached_tokens: 10 * calls, output_tokens: 5 * calls, billed: 45 * calls },
    });
    expect(await home.json('calls', '--by', 'agent')).toEqual([
      { agent_id: 'ann', ...counts(2), money: 1.25, billed_today: 45, money_today: 0.25 },
      { agent_id: 'bob', ...counts(1), money: 0.4, billed_today: 45, money_today: 0.4 },
    ]);
    expect(await home.json('calls', '--by', 'model', '--limit', '1')).toMatchObject([{ model: 'gpt', money: 1.25 }]);
    const { stdout } = await home.run('calls', '--by', 'model');
    expect(stdout).toMatch(/^model +calls +input +cached +output +billed +money +billed today +money today\ngpt /);
    const cut = await home.run('calls', '--by', 'agent', '--limit', '1');
    expect(cut.stdout).toContain('(the dearest 1; more with --limit)');
    expect(await home.run('calls', '--by', 'provider')).toMatchObject({ exitCode: 2 });
    expect(await home.run('calls', '--by', 'agent', '--execution', '1')).toMatchObject({ exitCode: 2 });
  });

  it('is nothing to be told where there are no models', async () => {
    home = cliHome();
    await home.run('init');
    expect((await home.run('status')).stdout).not.toContain('models');
    expect(await home.json('status')).toMatchObject({ spending: null });
    expect((await home.run('calls', '--by', 'agent')).stdout).toBe('nothing was spent\n');
  });
});

describe('run', () => {
  const said = async (settings: Readonly<Record<string, string>>, tokens?: number) => {
    open(settings, tokens);
    const { stdout, stderr } = await home.run('run', '--headless', '--cycles', '1');
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => /models? /.test(line));
  };

  it('says at its start the most that a day can cost, by what is sold', async () => {
    expect(await said({ prices: PRICED })).toEqual([
      'a day of models costs at most 129.6 USD and 8,640,000 tokens, 15 USD for a million at the dearest ' +
        '(all that is sold; intelligence.budget sets no lower limit)',
    ]);
  });

  it.each([
    ['{day: {money: 5}}', '5 USD'],
    ['{day: {tokens: 100000}}', '1.5 USD and 100,000 tokens, 15 USD for a million at the dearest'],
    ['{total: {money: 3, tokens: 1000000}}', '3 USD and 1,000,000 tokens, 15 USD for a million at the dearest'],
  ])('or by the budget %s', async (budget, told) => {
    expect(await said({ prices: PRICED, budget })).toEqual([
      `a day of models costs at most ${told} (by intelligence.budget)`,
    ]);
  });

  it('says what is left of the whole budget, with what today has cost already', async () => {
    open({ prices: PRICED, budget: '{total: {money: 2}}' });
    spend();
    const { stdout } = await home.run('run', '--headless', '--cycles', '1');
    expect(stdout).toContain('a day of models costs at most 1 USD (by intelligence.budget)');
  });

  it('names the models that have no price, and what that means', async () => {
    expect(await said({})).toEqual([
      'a day of models costs at most 8,640,000 tokens (all that is sold; intelligence.budget sets no lower limit); ' +
        'in money nobody knows, since none has a price',
      'models without a price in intelligence.prices: gpt, embed, claude; what they cost is counted in tokens alone',
    ]);
    home.remove();
    const [, unpriced] = await said({ prices: '{gpt: {input: 1, output: 4}}', budget: '{day: {money: 1}}' });
    expect(unpriced).toBe(
      'models without a price in intelligence.prices: embed, claude; calls of them are refused, since intelligence.budget is in money',
    );
  });

  it('says where nothing limits the money', async () => {
    const [line] = await said({ providers: providers({ output_weight: 0 }), prices: PRICED });
    expect(line).toContain('but nothing limits the money: gpt, claude cost no tokens for some of what they do');
  });

  it('says nothing of it where there are no models, and that none can be asked where no tokens are sold', async () => {
    expect(await said({ prices: PRICED }, 0)).toEqual([
      expect.stringContaining('a day of models costs at most 0 USD and 0 tokens') as string,
      'no tokens are sold, so no model can be asked: see market.supply.tokens',
    ]);
    home.remove();
    home = cliHome({ engine: instantEngine(liveOn) });
    const { stdout } = await home.run('run', '--headless', '--cycles', '1', '--set', 'market.supply.cpu_seconds=16');
    expect(stdout).not.toMatch(/models? /);
  });

  it('is refused where a price fits no model', async () => {
    open({ prices: '{gtp: {input: 1, output: 4}}' });
    expect(await home.run('run', '--headless', '--cycles', '1')).toMatchObject({
      ...{ exitCode: 2, stdout: '' },
      stderr: 'bp-agents: intelligence.prices.gtp is the price of no model; did you mean gpt? (config_invalid)\n',
    });
  });
});

describe('doctor', () => {
  const finding = async (settings: Readonly<Record<string, string>>) => {
    open(settings);
    const { stdout } = await home.run('doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: readonly { name: string }[] };
    return findings.find(({ name }) => name === 'models');
  };

  it('names the models that have no price, which is wrong where the budget is in money', async () => {
    expect(await finding({ prices: PRICED })).toMatchObject({ ok: true, detail: '3, each with a price' });
    home.remove();
    const one = '{gpt: {input: 1, output: 4}}';
    const detail = '3; without a price: embed, claude';
    expect(await finding({ prices: one })).toMatchObject({ ok: true, detail });
    home.remove();
    expect(await finding({ prices: one, budget: '{total: {money: 1}}' })).toMatchObject({
      ...{ ok: false, detail: expect.stringContaining('embed, claude; calls of them are refused') as string },
      mend: expect.stringContaining('intelligence.prices') as string,
    });
    home.remove();
    expect(await finding({ prices: '{gtp: {input: 1, output: 4}}' })).toMatchObject({ ok: false });
  });
});
