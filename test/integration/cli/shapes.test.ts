import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { plant } from '../../helpers/planted-economy.ts';

type Row = Readonly<Record<string, unknown>>;

let home: CliHome;
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy);
  economy.close();
});
afterAll(() => home.remove());

const list = (...args: readonly string[]) => home.json<readonly Row[]>(...args);

describe('what scripts rely on', () => {
  it('status has credits, agents, markets, prompts and executions', async () => {
    const status = await home.json('status');
    expect(status).toMatchObject({
      cycle: 2,
      agents: { alive: 2, dormant: 0, dead: 0 },
      prompts: { open: 1, queued: 0 },
      executions: { running: 0, settled: 2 },
      markets: {
        cpu_seconds: { price: expect.any(Number) as number, supply: 16 },
        memory_mb: { supply: 3200 },
        tokens: { price: 0, supply: 0 },
        attention: { price: 50, supply: 1 },
      },
    });
    const credits = status['credits'] as Readonly<Record<string, number>>;
    expect(Object.keys(credits)).toEqual(['issued', 'burned', 'market', 'fees', 'held', 'pending']);
    expect(credits).toMatchObject({ issued: 2600, burned: 0, fees: 1 });
    expect(credits['held']! + credits['market']! + credits['fees']!).toBeCloseTo(2600, 6);
  });

  it('executions has what was bought and used, the newest last', async () => {
    const executions = await list('executions');
    expect(executions.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['exe_1', 'completed'],
      ['exe_2', 'agent_error'],
    ]);
    expect(executions[0]).toMatchObject({
      agent_id: 'genesis',
      bid_id: 'bid_1',
      attempt: 1,
      cycle: 1,
      exit_code: 0,
      bought: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 1 },
      used: { cpu_seconds: null, memory_mb_peak: null, tokens: 0, wall_seconds: null, workspace_bytes: null },
      started_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      ended_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(await list('executions', '--outcome', 'completed')).toHaveLength(1);
    expect((await list('executions', '--limit', '1'))[0]).toMatchObject({ id: 'exe_2' });
  });

  it('agents, bids, prompts and history are flat lists', async () => {
    expect(await list('agents')).toMatchObject([
      { id: 'genesis', status: 'alive', earned: 600, executions: 2 },
      { id: 'other', status: 'alive', parent: null, life: 1 },
    ]);
    expect(await list('bids', '--status', 'pending')).toMatchObject([{ agent_id: 'genesis' }, { agent_id: 'other' }]);
    expect(await list('bids', '--agent', 'other', '--status', 'won')).toEqual([]);
    expect(await list('prompts')).toMatchObject([
      { id: 'prompt_1', status: 'scored', scores: { interesting: 7, useful: 8, understandable: 9 }, reward: 600 },
      { id: 'prompt_2', request_id: 'request_1', status: 'open', scores: null },
    ]);
    expect(await list('prompts', '--open')).toMatchObject([{ id: 'prompt_2', content: 'Mark me.' }]);
    expect(await list('history')).toMatchObject([
      { cycle: 1, winners: 1 },
      { cycle: 2, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
    expect(await list('requests')).toMatchObject([
      { id: 'request_1', status: 'open', text: 'Find me a book.', files: [], until: null, prompts: 1 },
    ]);
    expect(await list('agents', '--status', 'dead')).toEqual([]);
  });

  it('messages and transfers are flat lists, of one agent or one kind where that is asked', async () => {
    expect(await list('messages')).toEqual([
      {
        id: 'msg_1',
        ...{ from: 'other', to: 'genesis', content: 'hello', cycle: 2 },
        sent_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        read_by: null,
      },
    ]);
    expect(await list('messages', '--agent', 'other')).toHaveLength(1);
    const paid = await list('transfers', '--agent', 'genesis', '--kind', 'transfer');
    expect(paid).toMatchObject([{ debit: 'other', credit: 'genesis', amount: 2.5, kind: 'transfer', memo: 'thanks' }]);
    const all = await list('transfers');
    expect(all.map(({ id }) => id)).toEqual(all.map((_, index) => `tx_${index + 1}`));
    expect(await list('transfers', '--limit', '2')).toEqual(all.slice(-2));
    const ofOther = all.filter(({ debit, credit }) => debit === 'other' || credit === 'other');
    expect(await list('transfers', '--agent', 'other')).toEqual(ofOther);
    expect(await list('transfers', '--kind', 'genesis_grant')).toEqual(
      all.filter(({ kind }) => kind === 'genesis_grant'),
    );
  });

  it('audit has its nine keys', async () => {
    const audit = await home.json('audit');
    expect(Object.keys(audit)).toEqual([
      'ok',
      'transfers',
      'issued',
      'burned',
      'market',
      'fees',
      'held',
      'head',
      'first_difference',
    ]);
    expect(audit).toMatchObject({ ok: true, issued: 2600, first_difference: null });
    const head = String(audit['head']);
    expect(await home.run('audit', '--expect', head.toUpperCase())).toMatchObject({ exitCode: 0 });
    expect(await home.run('audit', '--expect', 'ab'.repeat(32))).toMatchObject({ exitCode: 1, stderr: '' });
  });

  it('keys are in snake_case everywhere', async () => {
    const keys = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) keys.add(key);
        collect(inner);
      }
    };
    for (const command of [
      'status',
      'agents',
      'bids',
      'executions',
      'prompts',
      'requests',
      'messages',
      'transfers',
      'history',
      'markets',
      'audit',
      'config',
    ])
      collect(await home.json(command));
    collect(await home.json('agent', 'genesis'));
    collect(await home.json('bids', '1'));
    // Those of `set_by` are paths.
    expect([...keys].filter((key) => !/^[a-z0-9_]+$/.test(key))).toEqual([]);
  });

  it('ids are taken with their prefix and without', async () => {
    expect(await home.json('bids', 'bid_1')).toEqual(await home.json('bids', '1'));
    expect(await home.json('bids', '1')).toMatchObject({ id: 'bid_1', fates: [{ cycle: 1, reason: 'won' }] });
  });
});

describe('each command', () => {
  const names = COMMANDS.map(({ name }) => name);

  it('is one of the design, and none is missing', () => {
    expect([...names].sort()).toEqual(
      [
        ...[
          'init',
          'bootstrap',
          'backup',
          'simulate',
          'restore',
          'run',
          'try',
          'prompts',
          'score',
          'skip',
          'status',
          'agents',
          'agent',
          'markets',
          'bids',
        ],
        ...['executions', 'calls', 'logs', 'history', 'config', 'audit', 'export', 'report', 'image', 'doctor', 'stop'],
        ...['pause', 'resume', 'open', 'web', 'service'],
        ...['explain', 'replay', 'measures', 'sweep', 'purge', 'ask', 'requests', 'request', 'tell', 'take'],
        ...['messages', 'transfers', 'completion', 'mcp', 'listen'],
      ].sort(),
    );
  });

  it.each(names)('explains itself, and takes --json where it shows something: %s', async (name) => {
    const explained = await home.run(name, '--help');
    expect(explained.exitCode).toBe(0);
    expect(explained.stdout).toContain(`Usage: bp-agents ${name}`);
    expect(explained.stdout.includes('--json')).toBe(!['run', 'web', 'completion', 'mcp'].includes(name));
    expect(await home.run('help', name)).toEqual(explained);
  });

  it.each([
    'status',
    'agents',
    'bids',
    'executions',
    'prompts',
    'requests',
    'request 1',
    'messages',
    'transfers',
    'history',
    'markets',
    'config',
    'audit',
    'agent genesis',
    'bids 1',
    'explain 1',
    'replay',
    'measures',
  ])('shows people a table of plain text: %s', async (command) => {
    const { exitCode, stdout, stderr } = await home.run(...command.split(' '));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.length).toBeGreaterThan(0);
    expect(stdout).not.toMatch(/undefined|NaN|\[object/);
  });

  it('none given: the help is shown', async () => {
    expect(await home.run()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Exit codes: 0 done') as string,
    });
    expect((await home.run('--version')).stdout).toBe('1.2.3\n');
  });

  it('is listed by help, with what it takes', async () => {
    const { stdout } = await home.run('--help');
    expect(stdout).toMatch(/^ {2}init \[options\] +make an economy/m);
    expect(stdout).toMatch(/^ {2}score \[options\] <prompt> <interesting> <useful> <understandable> {2}marks/m);
    expect(stdout).toMatch(/^ {2}help \[command\] +display help for command/m);
    for (const args of [[], ['help'], ['help', 'nonsense'], ['help', '--help']])
      expect((await home.run(...args)).stdout).toBe(stdout);
  });
});

describe('config', () => {
  it('says every value, where it was set, and what follows from it', async () => {
    const config = await home.json('config', '--set', 'market.cycle_seconds=5');
    expect(config).toMatchObject({
      home: home.directory,
      config: { market: { cycle_seconds: 5 }, economy: { message_fee: 1 }, attention: { rates: { useful: 25 } } },
      set_by: { 'market.cycle_seconds': '--set market.cycle_seconds' },
      supply: { cpu_seconds: 8, memory_mb: 3200, tokens: 0, attention: 1 },
      start_prices: { attention: 50 },
      mean_answer: { reward: 375, prompt_cost: 58.25, bare_execution_cost: 8.25, bare_executions: 38 },
    });
    const { stdout } = await home.run('config');
    expect(stdout).toContain(
      'the mean answer (5, 5, 5) issues 375 credits: it pays for its own prompt (58.25) and 38 bare',
    );
    expect(stdout).toContain('bp-agents.yaml');
  });
});
