import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configTemplate } from '../../../src/config/template.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { nextCycle } from '../../helpers/economy.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';
import { needsRoot } from '../../helpers/needs.ts';
import { plant } from '../../helpers/planted-economy.ts';

let home: CliHome;
beforeEach(() => {
  home = cliHome();
});
afterEach(() => home.remove());

const path = (...parts: readonly string[]) => join(home.directory, ...parts);
const database = () => path('.bp-agents', 'economy.db');

/** A failure: exit code 1, nothing on stdout and one line. */
async function failure(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await home.run(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^bp-agents: .*\n$/);
  return stderr;
}

describe('init', () => {
  it('makes the folders, the database and the commented file, and can be repeated', async () => {
    expect(await home.run('init')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(path('bp-agents.yaml'), 'utf8')).toBe(configTemplate());
    expect([existsSync(database()), existsSync(path('workspaces'))]).toEqual([true, true]);
    writeFileSync(path('bp-agents.yaml'), 'market:\n  cycle_seconds: 2\n');
    expect(await home.json('init')).toEqual({ home: home.directory, made: { config: false, database: false } });
    expect(await home.json('config')).toMatchObject({ set_by: { 'market.cycle_seconds': 'bp-agents.yaml:2' } });
  });

  it('makes nothing where the configuration is wrong', async () => {
    writeFileSync(path('bp-agents.yaml'), 'market:\n  cycle_second: 2\n');
    const { exitCode, stderr } = await home.run('init');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'bp-agents: bp-agents.yaml:2: unknown key market.cycle_second; did you mean market.cycle_seconds? (config_invalid)\n',
    );
    expect([existsSync(database()), existsSync(path('workspaces'))]).toEqual([false, false]);
  });
});

describe('a home', () => {
  it('is --home, then BP_HOME, then the current directory', async () => {
    const other = cliHome({ environment: { BP_HOME: 'from-variable' } });
    await other.run('init');
    await other.run('init', '--home', 'from-flag');
    expect(existsSync(join(other.directory, 'from-variable', 'bp-agents.yaml'))).toBe(true);
    expect(existsSync(join(other.directory, 'from-flag', 'bp-agents.yaml'))).toBe(true);
    await other.run('bootstrap', '--home', 'from-flag');
    expect(await other.json('agents', '--home', 'from-flag')).toHaveLength(1);
    expect(await other.json('agents')).toHaveLength(0);
    other.remove();
  });

  it('may be named before the command and after it', async () => {
    await home.run('--home', 'somewhere', 'init');
    expect(await home.run('status', '--home', 'somewhere')).toMatchObject({ exitCode: 0 });
    expect(await home.run('--home', 'somewhere', 'status')).toMatchObject({ exitCode: 0 });
  });

  it('that is not there is told, with what makes one', async () => {
    for (const command of ['status', 'agents', 'prompts', 'audit', 'score 1 5 5 5', 'export --dir out'])
      expect(await failure(...command.split(' '))).toMatch(
        /there is no economy at .*bp-agents init \(database_missing\)/,
      );
    expect(existsSync(path('.bp-agents'))).toBe(false);
  });

  it('that is a file is told', async () => {
    writeFileSync(path('file'), '');
    expect(await failure('status', '--home', 'file')).toContain('(config_unreadable)');
    expect(await failure('init', '--home', 'file/below')).toContain('bp-agents.yaml cannot be read');
  });
});

describe('what is kept of the configuration', () => {
  const cache = () => path('.bp-agents', 'config.cache');
  beforeEach(async () => {
    await home.run('init');
    rmSync(cache(), { force: true });
  });

  async function isReplaced(): Promise<void> {
    expect((await home.run('status')).exitCode).toBe(0);
    const stats = lstatSync(cache());
    expect([stats.isFile(), stats.mode & 0o777, stats.uid]).toEqual([true, 0o600, process.getuid?.()]);
  }

  it('takes the place of a link, and leaves alone what that names', async () => {
    writeFileSync(path('precious'), 'mine');
    symlinkSync(path('precious'), cache());
    await isReplaced();
    expect(readFileSync(path('precious'), 'utf8')).toBe('mine');
  });

  it('takes the place of a pipe, and waits for no reader of it', async () => {
    execFileSync('mkfifo', [cache()]);
    const reader = openSync(cache(), constants.O_RDONLY | constants.O_NONBLOCK);
    await isReplaced();
    closeSync(reader);
  });

  it('is not believed where another user wrote it', async (context) => {
    needsRoot(context, 'give a file to another user');
    await home.run('status');
    chownSync(cache(), 65_534, 65_534);
    await isReplaced();
  });

  it('leaves nothing beside it, whether or not it could be written', async () => {
    mkdirSync(cache());
    for (let time = 1; time <= 2; time++) expect((await home.run('status')).exitCode).toBe(0);
    expect(readdirSync(path('.bp-agents')).filter((name) => name.startsWith('config'))).toEqual(['config.cache']);
  });
});

describe('a database', () => {
  beforeEach(async () => {
    await home.run('init');
  });

  it('of a newer program is refused', async () => {
    change('PRAGMA user_version = 99');
    expect(await failure('status')).toContain('the database has version 99, this program knows');
  });

  it('that is no database is told', async () => {
    writeFileSync(database(), 'this is not a database, but long enough to be looked at as one'.repeat(100));
    expect(await failure('status')).toContain('(database_damaged)');
  });

  it('that is locked is told', async () => {
    const holder = new SqliteDatabase(database());
    holder.exec('BEGIN IMMEDIATE');
    expect(await failure('bootstrap')).toMatch(/locked by another process.*\(database_locked\)/);
    holder.close();
  });

  it('that is damaged is found by doctor, and what differs in it by audit', async () => {
    change(`DROP TRIGGER accounts_start_empty; INSERT INTO accounts VALUES ('ghost', 5, 0);
            INSERT INTO agents (id, lineage_id, status, born_cycle, born_running_ms, born_at)
            VALUES ('nobody', 'nobody', 'alive', 0, 0, 0)`);
    const { exitCode, stdout, stderr } = await home.run('audit');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toMatch(/^not ok: account ghost says 5 posted/);
    expect(await home.json('audit')).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(/ghost/) as string,
    });
    const doctor = await home.run('doctor');
    expect(doctor.exitCode).toBe(1);
    expect(doctor.stdout).toMatch(/database +WRONG +row 1 of agents names a row that is not there/);
  });

  function change(sql: string): void {
    const opened = new SqliteDatabase(database());
    opened.pragma('foreign_keys = OFF');
    opened.exec(sql);
    opened.close();
  }
});

describe('bootstrap', () => {
  const agentFolder = () => path('mine');
  beforeEach(() => {
    mkdirSync(path('mine', 'lib'), { recursive: true });
    writeFileSync(path('mine', 'main.py'), 'print("hello")\n');
    writeFileSync(path('mine', 'lib', 'tools.py'), 'x = 1\n');
  });

  function filesOf(id: string) {
    const economy = home.open();
    const { files = [] } = economy.store.agentFiles.waiting(id) ?? {};
    economy.close();
    return files.map(({ path: name, executable, content }) => [name, executable, content?.toString()]);
  }

  it('makes an economy where there is none, and genesis with its own program', async () => {
    const made = await home.json('bootstrap');
    expect(made).toMatchObject({
      agent_id: 'genesis',
      life: 1,
      granted: 1000,
      bid_id: 'bid_1',
      amount: 72.8125,
      left_out: [],
    });
    expect(filesOf('genesis').map(([name]) => name)).toContain('main.py');
  });

  it('takes the files of a folder, the executable bit too', async () => {
    writeFileSync(path('mine', 'run.sh'), '#!/bin/sh\n');
    chmodSync(path('mine', 'run.sh'), 0o755);
    await home.run('bootstrap', '--id', 'mine', '--from', agentFolder());
    expect(filesOf('mine')).toEqual([
      ['lib/tools.py', false, 'x = 1\n'],
      ['main.py', false, 'print("hello")\n'],
      ['run.sh', true, '#!/bin/sh\n'],
    ]);
  });

  it('leaves out links, pipes, caches, history and an old handshake, and says so', async () => {
    symlinkSync('/etc/passwd', path('mine', 'passwd'));
    symlinkSync('/etc', path('mine', 'etc'));
    for (const folder of ['.git', '__pycache__', '.venv', 'node_modules']) {
      mkdirSync(path('mine', folder));
      writeFileSync(path('mine', folder, 'file'), '');
    }
    writeFileSync(path('mine', 'env.json'), '{}');
    const made = await home.json('bootstrap', '--id', 'mine', '--from', 'mine');
    expect(made['left_out']).toEqual(['.git', '.venv', '__pycache__', 'env.json', 'etc', 'passwd']);
    expect(filesOf('mine').map(([name]) => name)).toEqual(['lib/tools.py', 'main.py', 'node_modules/file']);
  });

  it('refuses a folder that is too large before it has read it', async () => {
    writeFileSync(path('mine', 'huge'), '');
    truncateSync(path('mine', 'huge'), 2 ** 40);
    const { exitCode, stderr } = await home.run('bootstrap', '--id', 'mine', '--from', 'mine');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/at most 268435456 bytes in all \(files_too_large\)/);
  });

  it('takes amounts and a bundle', async () => {
    const bundle = 'cpu_seconds=0.5,memory_mb=32,tokens=0,attention=0';
    const made = await home.json('bootstrap', '--id', 'mine', '--credits', '20.5', '--bid', '7.25', '--bundle', bundle);
    expect(made).toMatchObject({ granted: 20.5, amount: 7.25, available: 13.25 });
    expect(await home.json('bids')).toMatchObject([
      { amount: 7.25, bundle: { cpu_seconds: 0.5, memory_mb: 32, tokens: 0, attention: 0 } },
    ]);
  });

  it('revives the dead: genesis with its program, another agent with what it has', async () => {
    for (const id of ['genesis', 'mine'])
      await home.run('bootstrap', '--id', id, '--bundle', 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0');
    const economy = home.open();
    for (const { id } of economy.store.bids.pending()) economy.store.bids.end(id, 'withdrawn', 0, 'test');
    for (const id of ['genesis', 'mine']) {
      economy.store.agentFiles.drop(id);
      economy.store.agents.markDead(id, 0);
    }
    economy.close();
    expect(await home.json('bootstrap')).toMatchObject({ agent_id: 'genesis', life: 2 });
    expect(await home.json('bootstrap', '--id', 'mine')).toMatchObject({ life: 2, files: 0 });
    expect(readdirSync(path('workspaces', 'agent-genesis')).length).toBeGreaterThan(3);
    expect([filesOf('genesis'), filesOf('mine')]).toEqual([[], []]);
  });
});

describe('what a command prints', () => {
  async function printTo(code: string): Promise<number> {
    await home.run('init');
    const error = Object.assign(new Error(`${code}: it is broken, write`), { code, syscall: 'write' });
    return home.runInto(new Writable({ write: (_chunk, _encoding, done) => done(error) }), 'status');
  }

  it('to a full disk is a failure', async () => {
    expect(await printTo('ENOSPC')).toBe(1);
  });

  it('to a reader that went away is none', async () => {
    expect(await printTo('EPIPE')).toBe(0);
  });
});

describe('presence', () => {
  /** The prompt expired unanswered: the human is away. */
  beforeEach(() => {
    const economy = home.open();
    plant(economy);
    for (let cycle = 0; cycle < 125; cycle++) nextCycle(economy);
    economy.close();
  });
  const isAway = async () => (await home.json<{ human_away: boolean }>('status')).human_away;

  it('is not told by commands that only read, nor by --json', async () => {
    expect(await isAway()).toBe(true);
    for (const command of [
      'status',
      'agents',
      'bids',
      'executions',
      'prompts --json',
      'prompts --open --json',
      'markets',
    ])
      await home.run(...command.split(' '));
    expect(await isAway()).toBe(true);
  });

  it('is told by prompts', async () => {
    expect(await home.run('prompts')).toMatchObject({ exitCode: 0 });
    expect(await isAway()).toBe(false);
  });
});

describe('image and doctor', () => {
  it('ask the engine', async () => {
    const ready = cliHome({ engine: instantEngine(() => undefined) });
    expect(await ready.run('image')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^nothing to build\nbp-agent-runner:\d+ is up to date \(sha256:0\)\n$/) as string,
    });
    expect(await ready.json('image')).toEqual({
      image: expect.stringMatching(/^bp-agent-runner:\d+$/) as string,
      id: 'sha256:0',
      built: false,
      milliseconds: 3,
    });
    expect(await ready.json('doctor')).toMatchObject({
      ok: true,
      findings: [
        ...['node', 'database', 'run', 'clock', 'workspaces', 'disk'].map((name) => ({ name, ok: true })),
        { name: 'engine', ok: true },
      ],
    });
    ready.remove();
  });

  it('fail in one line where there is none', async () => {
    expect(await failure('image')).toBe('bp-agents: no engine answers; install Docker (sandbox_engine_unreachable)\n');
    const { exitCode, stdout, stderr } = await home.run('doctor');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toMatch(/engine +WRONG +no engine answers; install Docker/);
  });
});
