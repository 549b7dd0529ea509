import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { confirmed } from '../../../src/cli/input/confirmation.ts';
import { takeRunLock } from '../../../src/store/run-lock.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { accepted, makeAgent, settle } from '../../helpers/economy.ts';
import { ledgerOf } from '../../helpers/ledger-rows.ts';
import { seededRandomness } from '../../helpers/seeded-randomness.ts';
import { spawnRun } from '../../helpers/spawned-run.ts';
import { filesWith, goOn, KEY, OTHERS, SECRET, speak, speakOfTheDead } from '../../helpers/spoken-home.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';

type Row = Readonly<Record<string, unknown>>;
interface Purged {
  readonly removed: Readonly<Record<string, number>>;
  readonly kept: readonly string[];
}

let home: CliHome;
let opened = 0;
beforeEach(() => {
  home = cliHome();
  mkdirSync(join(home.directory, '.bp-agents', 'logs'), { recursive: true, mode: 0o700 });
});
afterEach(() => home.remove());

const path = (...names: readonly string[]) => join(home.directory, ...names);
const state = () => path('.bp-agents');
const list = (...args: readonly string[]) => home.json<readonly Row[]>(...args);
const purge = (...args: readonly string[]) => home.json<Purged>('purge', ...args, '--yes');

function inEconomy<T>(work: (economy: ReturnType<CliHome['open']>) => T): T {
  // Each time tokens of its own.
  const economy = { ...home.open(), random: seededRandomness(`${opened++}`) };
  try {
    return work(economy);
  } finally {
    economy.close();
  }
}

async function refused(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await home.run(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  return stderr;
}

describe('the purge of an agent', () => {
  beforeEach(() => inEconomy(speak));

  it('leaves its text in no byte of the home, but in its own folder', async () => {
    expect(filesWith(state(), SECRET).length).toBeGreaterThanOrEqual(3);
    const { removed } = await purge('ann');
    expect(removed).toEqual({
      ...{ prompts: 1, prompt_files: 1, messages: 3, memos: 2, payloads: 0, files: 0, calls: 1, receipts: 1, keys: 1 },
      ...{ outputs: 1, log_lines: 3 },
    });
    expect(filesWith(state(), SECRET)).toEqual([]);
    expect(filesWith(state(), KEY)).toEqual([]);
    expect(filesWith(home.directory, SECRET)).toEqual([path('workspaces', 'agent-ann', 'deep', 'notes.txt')]);
  });

  it('reaches what was deleted before without being overwritten, as by earlier versions', async () => {
    const old = new SqliteDatabase(join(state(), 'economy.db'));
    const insert = old.prepare(
      `INSERT INTO messages (from_id, to_id, content, cycle, sent_at) VALUES ('bob', 'ann', ?, 1, 1)`,
    );
    for (let count = 0; count < 50; count += 1) insert.run(`deleted: ${SECRET} `.repeat(200));
    old.exec(`DELETE FROM messages WHERE content LIKE 'deleted%'`);
    old.close();
    await purge('ann');
    expect(filesWith(state(), SECRET)).toEqual([]);
  });

  it('leaves the text of others, the ledger and every record as they were', async () => {
    const replay = () => home.json('replay', '--set', 'market.mechanism=highest-bid');
    const before = { ledger: ledgerOf(home), audit: await home.json('audit'), replay: await replay() };
    const [bids, executions, history] = [await list('bids'), await list('executions'), await list('history')];
    const agents = await list('agents');
    await purge('ann');
    expect(filesWith(state(), OTHERS)).toHaveLength(3);
    expect(ledgerOf(home)).toEqual(before.ledger);
    expect(await home.json('audit')).toEqual(before.audit);
    expect(before.audit).toMatchObject({ ok: true, first_difference: null });
    expect(await list('bids')).toEqual(bids);
    expect(await list('history')).toEqual(history);
    expect(await list('executions')).toEqual(
      executions.map((row) =>
        row['outcome'] === 'agent_error' ? { ...row, detail: null, output_last: null, stderr_last: null } : row,
      ),
    );
    const purgedAt = expect.any(String) as string;
    expect(await list('agents')).toEqual(
      agents.map((row) => (row['id'] === 'ann' ? { ...row, purged_at: purgedAt } : row)),
    );
    expect(await replay()).toEqual(before.replay);
  });

  it('says that it was, wherever text stood', async () => {
    await purge('ann');
    expect(await list('prompts')).toMatchObject([
      {
        id: 'prompt_1',
        title: null,
        content: null,
        reason: null,
        purged_at: expect.any(String) as string,
        reward: 600,
      },
    ]);
    expect((await home.run('prompts')).stdout).toMatch(/prompt_1 +ann +scored +7 8 9 +600 +0 +60 s +\(purged\)/);
    expect((await home.run('agents')).stdout).toMatch(/ann +alive, purged/);
    expect((await home.run('agent', 'ann')).stdout).toContain('text purged 20');
    expect((await home.run('logs', 'exe_1')).stderr).toMatch(/has printed nothing, or what it printed was purged/);
    expect((await home.run('export', '--dir', 'out')).exitCode).toBe(0);
    expect(filesWith(path('out'), SECRET)).toEqual([]);
    const log = readFileSync(join(state(), 'logs', 'bp-agents.log'), 'utf8');
    expect(
      log
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Row)['msg']),
    ).toEqual([...['settled', 'purged', 'purged', 'cleared'], ...['settled', OTHERS, 'failed', 'cleared']]);
  });

  it('takes nothing more when it is repeated', async () => {
    await purge('ann');
    const size = statSync(join(state(), 'economy.db')).size;
    const again = await home.run('purge', 'ann', '--yes');
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toMatch(/^ann: there was no text to take away\n/);
    expect(statSync(join(state(), 'economy.db')).size).toBe(size);
  });

  it('keeps what is not over, and names it', async () => {
    const executionId = inEconomy(goOn);
    const { kept } = await purge('ann');
    expect(kept).toEqual([`exe_${executionId}`, 'prompt_2', expect.stringMatching(/^bid_\d+$/), 'msg_4']);
    expect(filesWith(state(), SECRET)).toEqual([]);
    // What it asks for again while it runs is not to be done twice.
    expect(filesWith(state(), KEY)).toHaveLength(1);
    inEconomy((economy) => {
      expect(economy.store.prompts.open()).toMatchObject({ title: OTHERS, content: OTHERS });
      expect(economy.store.messages.unhanded('ann', 9)).toMatchObject([{ content: OTHERS }]);
      accepted(skipPrompt(economy, 2));
      settle(economy, executionId);
    });
    expect((await purge('ann')).removed).toMatchObject({ prompts: 1, outputs: 1, messages: 0 });
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('tells of the copies that have it still, and leaves them', async () => {
    mkdirSync(join(state(), 'backups'), { mode: 0o700 });
    expect((await home.run('backup', join(state(), 'backups', 'mine.db'))).exitCode).toBe(0);
    const { stdout } = await home.run('purge', 'ann', '--yes');
    expect(stdout).toContain('1 copy in .bp-agents/backups made before');
    expect(readFileSync(join(state(), 'backups', 'mine.db')).includes(SECRET)).toBe(true);
  });
});

describe('the purge of a dead agent', () => {
  beforeEach(() =>
    inEconomy((economy) => {
      speak(economy);
      speakOfTheDead(economy);
    }),
  );

  it('takes what waited for it, too, and with --workspace its folder', async () => {
    expect(await list('agents', '--status', 'dead')).toMatchObject([{ id: 'ann' }, { id: 'ghost' }]);
    mkdirSync(path('elsewhere'));
    writeFileSync(path('elsewhere', 'mine.txt'), 'precious');
    symlinkSync(path('elsewhere'), path('workspaces', 'agent-ghost', 'link'));
    expect((await purge('ghost')).removed).toMatchObject({ files: 1, messages: 1 });
    expect(existsSync(path('workspaces', 'agent-ghost'))).toBe(true);
    expect(await purge('ghost', '--workspace')).toMatchObject({ workspace_removed: true });
    expect(existsSync(path('workspaces', 'agent-ghost'))).toBe(false);
    expect(readFileSync(path('elsewhere', 'mine.txt'), 'utf8')).toBe('precious');
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('removes no folder of the living, nor any while a run goes on', async () => {
    expect(await refused('purge', 'bob', '--workspace', '--yes')).toMatch(/bob is \w+.*\(agent_alive\)/);
    const lock = takeRunLock(state(), process.pid);
    try {
      const { exitCode, stderr } = await home.run('purge', 'ghost', '--workspace', '--yes');
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/already_running/) as string,
      });
    } finally {
      lock.release();
    }
    expect(existsSync(path('workspaces', 'agent-ghost'))).toBe(true);
    expect(filesWith(state(), SECRET)).not.toEqual([]);
  });
});

describe('the purge of a prompt', () => {
  beforeEach(() => inEconomy(speak));

  it('takes what it showed and the reason; marks, reward and all else stay', async () => {
    const ledger = ledgerOf(home);
    const { removed } = await purge('prompt_1');
    expect(removed).toEqual({ prompts: 1 });
    expect(await list('prompts')).toMatchObject([
      {
        content: null,
        reason: null,
        scores: { interesting: 7, useful: 8, understandable: 9 },
        next_bid: { detail: '' },
      },
    ]);
    expect(ledgerOf(home)).toEqual(ledger);
    expect(await home.json('audit')).toMatchObject({ ok: true });
    expect((await purge('1', '--prompt')).removed).toEqual({ prompts: 0 });
  });

  it('is refused while it waits for the human', async () => {
    inEconomy(goOn);
    expect(await refused('purge', 'prompt_2', '--yes')).toMatch(
      /prompt_2 is open; mark or skip it.*\(prompt_not_ended\)/,
    );
    expect(await refused('purge', 'prompt_9', '--yes')).toContain('(prompt_not_found)');
  });
});

describe('the command', () => {
  beforeEach(() => inEconomy(speak));

  it('asks which is meant where an agent is called like a prompt', async () => {
    inEconomy((economy) => makeAgent(economy, '1'));
    expect(await refused('purge', '1', '--yes')).toMatch(/1 may be an agent or a prompt: say --agent or --prompt/);
    expect(await purge('1', '--agent')).toMatchObject({ target: '1' });
    expect(await purge('1', '--prompt')).toMatchObject({ target: 'prompt_1' });
  });

  it('refuses what it does not know or can not be meant', async () => {
    expect(await refused('purge', 'nobody', '--yes')).toContain('(agent_not_found)');
    expect(await refused('purge', 'No/body', '--yes')).toContain('(invalid_id)');
    expect(await refused('purge', 'prompt_1', '--workspace', '--yes')).toContain('--workspace is for agents');
    expect(await refused('purge', '--agent', '--yes')).toContain('name an agent or a prompt');
    expect(await refused('purge', 'ann', '--agent', '--prompt', '--yes')).toContain('name one target');
  });

  it('does nothing unless it was confirmed', async () => {
    for (const target of ['ann', 'prompt_1'])
      expect(await refused('purge', target)).toMatch(/nobody can be asked here: say --yes/);
    // Nor is anybody asked about what is refused anyway.
    expect(await refused('purge', 'nobody')).toContain('(agent_not_found)');
    expect(await refused('purge', 'prompt_9')).toContain('(prompt_not_found)');
    expect(filesWith(state(), SECRET)).not.toEqual([]);
  });

  it('works while a run goes on, which goes on', async () => {
    const run = spawnRun(home.directory, ['market.cycle_seconds=0.1']);
    try {
      await run.says(/cycle/);
      expect(await purge('ann')).toMatchObject({ log_emptied: true });
      const { cycle } = await home.json<{ cycle: number }>('status');
      while ((await home.json<{ cycle: number }>('status')).cycle < cycle + 5);
      expect(filesWith(state(), SECRET)).toEqual([]);
      expect(await home.json('audit')).toMatchObject({ ok: true });
      expect(run.child.exitCode).toBeNull();
    } finally {
      await run.kill();
    }
  });
});

describe('a question', () => {
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

  it.each([
    ['y\r', true],
    ['YES\r', true],
    ['\r', false],
    ['n\r', false],
    ['yellow\r', false],
  ])('that is answered with %j is %s', async (typed, wanted) => {
    const [stdin, stderr] = [terminal(), terminal()];
    const answer = confirmed({ stdin, stderr, interrupt: new AbortController().signal } as never, 'Really?');
    await expect.poll(() => String(stderr.read())).toContain('Really? [y/N]');
    stdin.write(typed);
    expect(await answer).toBe(wanted);
  });

  it('is given up with the command', async () => {
    const interrupt = new AbortController();
    const answer = confirmed(
      { stdin: terminal(), stderr: terminal(), interrupt: interrupt.signal } as never,
      'Really?',
    );
    interrupt.abort(new Error('interrupted'));
    await expect(answer).rejects.toThrow();
  });
});
