import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { databasePath, triesDirectory } from '../../../src/config/home-places.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { noteRefusedBid } from '../../../src/economy/executions/refused-bid.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { findAgent } from '../../../src/economy/views/agent-view.ts';
import { pricesOf } from '../../../src/economy/views/market-view.ts';
import { newestVersion } from '../../../src/store/migrations.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { accepted, BARE as BARE_LIFE } from '../../helpers/economy.ts';
import { instantEngine, liveOn, type Behaviour } from '../../helpers/instant-engine.ts';

const BARE = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=1';

let home: CliHome;
afterEach(() => home.remove());

/** A home with an economy, and a folder with an agent that does as it is told. */
function homeWith(behave: Behaviour): string {
  home = cliHome({ engine: instantEngine(behave) });
  const folder = join(home.directory, 'My-Agent');
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.py'), 'pass\n');
  return folder;
}

interface Tried {
  readonly agent_id: string;
  readonly ok: boolean;
  readonly others: readonly { readonly agent_id: string }[];
  readonly executions: readonly {
    readonly outcome: string;
    readonly next: { readonly bids: readonly object[] };
    readonly prompt: { readonly status: string; readonly reward: number } | null;
    readonly advised_bundle: object;
  }[];
}

describe('try', () => {
  it('runs an agent to its second answer without a trace in the ledger or the folder of the economy', async () => {
    const folder = homeWith(liveOn);
    expect(await home.run('bootstrap', '--id', 'other')).toMatchObject({ exitCode: 0 });
    const before = await home.json('audit');
    const options = ['--bundle', BARE, '--lives', '3', '--marks', '7,8,9', '--reason', 'clear'];
    const tried = await home.json<Tried>('try', folder, ...options);
    expect(tried).toMatchObject({ agent_id: 'my-agent', ok: true });
    expect(tried.executions.map(({ prompt }) => prompt && [prompt.status, prompt.reward])).toEqual([
      ['scored', 600],
      null,
      ['scored', 600],
    ]);
    expect(tried.executions[0]).toMatchObject({
      outcome: 'completed',
      advised_bundle: { cpu_seconds: 0.019, memory_mb: 16, tokens: 0, attention: 1 },
    });
    expect(tried.executions[0]?.next.bids).toHaveLength(1);
    expect(await home.json('audit')).toEqual(before);
    expect(await home.json('agents')).toHaveLength(1);
    expect(readdirSync(triesDirectory(home.directory))).toEqual([]);
  });

  it('leaves no log beside the database where nobody else has it open', async () => {
    const folder = homeWith(liveOn);
    await home.run('bootstrap', '--id', 'other');
    const path = databasePath(home.directory);
    const logs = () => readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}-`));
    const before = readFileSync(path);
    expect(logs()).toEqual([]);
    expect(await home.run('try', folder)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(logs()).toEqual([]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('leaves the log of whoever has the database open as it is', async () => {
    const folder = homeWith(liveOn);
    await home.run('bootstrap', '--id', 'other');
    const path = databasePath(home.directory);
    const open = new SqliteDatabase(path);
    try {
      open.pragma('user_version = 0');
      open.pragma(`user_version = ${newestVersion()}`);
      const log = readFileSync(`${path}-wal`);
      expect(log.length).toBeGreaterThan(0);
      expect(await home.run('try', folder)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    } finally {
      open.close();
    }
  });

  it('goes on at the prices and the cycle of its home, as it was left', async () => {
    const folder = homeWith(liveOn);
    await home.run('bootstrap', '--id', 'other');
    expect(await home.run('run', '--headless', '--cycles', '1', '--set', 'market.cycle_seconds=0.01')).toMatchObject({
      exitCode: 0,
    });
    const tried = await home.json<{ executions: readonly { cycle: number }[] }>('try', folder);
    expect(tried.executions).toMatchObject([{ cycle: 2 }]);
  });

  it('goes by the configuration of the last run', async () => {
    const folder = homeWith(liveOn);
    const rates = ['--set', 'attention.rates={interesting: 1, useful: 1, understandable: 1}'];
    expect(await home.run('run', '--headless', '--cycles', '1', '--bootstrap', ...rates)).toMatchObject({
      exitCode: 0,
    });
    const tried = await home.json<Tried>('try', folder, '--bundle', BARE, '--marks', '7,8,9');
    expect(tried.executions.map(({ prompt }) => prompt?.reward)).toEqual([24]);
  });

  it.each([1, 99])(
    'says that version %d of the program made the economy here, and leaves it as it is',
    async (version) => {
      const folder = homeWith(liveOn);
      await home.run('bootstrap', '--id', 'other');
      const path = databasePath(home.directory);
      const made = new SqliteDatabase(path);
      made.pragma(`user_version = ${version}`);
      made.close();
      const before = readFileSync(path);
      const tried = await home.run('try', folder);
      expect(tried).toMatchObject({ exitCode: 0, stderr: '' });
      expect(tried.stdout).toContain(
        'another version of bp-agents made the economy here: prices are those of a new one',
      );
      expect(tried.stdout).not.toContain('there is no economy here');
      expect(readFileSync(path).equals(before)).toBe(true);
    },
  );

  it('ends with 1 where the agent meant to go on and was refused, and with 0 where it wanted to end', async () => {
    const folder = homeWith(({ executionId }, economy) => noteRefusedBid(economy, executionId, 'below_reserve'));
    const slip = await home.run('try', folder);
    expect(slip).toMatchObject({ exitCode: 1, stderr: '' });
    expect(slip.stdout).toMatch(/from cycle 3 on, a restart\nits last bid was refused: below_reserve/);
    home.remove();
    const silent = homeWith(() => undefined);
    const quiet = await home.run('try', silent);
    expect(quiet).toMatchObject({ exitCode: 0, stderr: '' });
    expect(quiet.stdout).toContain('next: nothing: it would be dormant, then dead; it has placed no bid');
    expect(readdirSync(home.directory)).toEqual(['My-Agent']);
  });

  it('has neighbours: one sleeps until the agent wakes it, one lives, and both can be written to', async () => {
    const folder = homeWith((caller, economy) => {
      if (caller.agentId !== 'my-agent') return undefined;
      for (const to of ['sleeper', 'friend']) accepted(sendMessage(economy, 'my-agent', { to, content: 'hello' }));
      const isAsleep = findAgent(economy, 'sleeper')?.status === 'dormant';
      const amount = bundleCost(BARE_LIFE, pricesOf(economy));
      if (isAsleep) accepted(placeBid(economy, 'my-agent', { bundle: BARE_LIFE, amount, forAgentId: 'sleeper' }));
      return liveOn(caller, economy);
    });
    const words = ['try', folder, '--lives', '2', '--with', 'sleeper', '--with', `friend=${folder}`];
    const { stdout, exitCode } = await home.run(...words);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('sleeper is there, asleep\nfriend lives there, too\n');
    expect(stdout).toMatch(/^meanwhile exe_\d of sleeper: completed: exited with code 0$/m);
    const { executions, others } = await home.json<Tried>(...words);
    expect(executions).toHaveLength(2);
    expect(others.map(({ agent_id: id }) => id).sort()).toEqual(['friend', 'sleeper']);
    expect(readdirSync(home.directory)).toEqual(['My-Agent']);
  });

  it.each([
    [['nowhere'], 'dir must be a folder'],
    [['My-Agent', '--bundle', 'cpu_seconds=1'], 'memory_mb is missing'],
    [['My-Agent', '--lives', '0'], 'lives must be a whole number from 1'],
    [['My-Agent', '--marks', '7,8'], 'marks must be interesting,useful,understandable'],
    [['My-Agent', '--marks', '7,8,11'], 'understandable'],
    [['My-Agent', '--reason', 'why'], '--reason is told with --marks'],
    [['My-Agent', '--with', 'No One'], 'with must be 1 to 41 of a-z'],
    [['My-Agent', '--with', 'my-agent'], 'my-agent is there already'],
    [['My-Agent', '--with', 'a', '--with', 'a'], 'a is there already'],
    [['My-Agent', '--with', 'a=nowhere'], 'with must be ID or ID=DIR'],
    [['My-Agent', ...Array.from({ length: 17 }, (_, n) => ['--with', `a${n}`]).flat()], 'at most 16 times'],
  ])('refuses %j in one line', async (words, said) => {
    homeWith(liveOn);
    const end = await home.run('try', ...words);
    expect(end).toMatchObject({ exitCode: 2, stdout: '' });
    expect(end.stderr).toContain(said);
    expect(end.stderr.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(home.directory)).toEqual(['My-Agent']);
  });
});
