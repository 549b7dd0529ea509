import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import SqliteDatabase from 'better-sqlite3';
import { ask, RequestShelf } from '../../../src/operator/ask.ts';
import { StagedFiles } from '../../../src/operator/request-files.ts';
import { closeFiles, openFiles } from '../../../src/operator/taken-files.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';
import { accepted, makeAgent } from '../../helpers/economy.ts';

let home: CliHome;
beforeEach(() => {
  home = cliHome({ engine: instantEngine(liveOn) });
  const economy = home.open();
  makeAgent(economy, 'ann');
  economy.close();
});
afterEach(() => home.remove());

const inHome = (...parts: readonly string[]) => join(home.directory, ...parts);
const given = (id: number, ...parts: readonly string[]) => inHome('materials', 'requests', String(id), ...parts);
const refused = async (...args: readonly string[]) => {
  const { exitCode, stdout, stderr } = await home.run(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^bp-agents: [^\n]+\n$/);
  return /\((\w+)\)\n$/.exec(stderr)?.[1];
};
const nothingIsThere = async () => {
  expect(await home.json('requests', '--all')).toEqual([]);
  expect(existsSync(given(1))).toBe(false);
  expect(existsSync(inHome('.bp-agents', 'asking')) ? readdirSync(inHome('.bp-agents', 'asking')) : []).toEqual([]);
};

describe('ask', () => {
  it('publishes a request with copies of files, which every agent can read', async () => {
    writeFileSync(inHome('a report.pdf'), 'one');
    chmodSync(inHome('a report.pdf'), 0o600);
    mkdirSync(inHome('deep'));
    writeFileSync(inHome('deep', 'notes'), 'two');
    const files = ['--file', 'a report.pdf', '--file', inHome('deep', 'notes')];
    expect(await home.json('ask', 'Read it.', ...files, '--until', '2h')).toMatchObject({
      ...{ id: 'request_1', text: 'Read it.', status: 'open', closed_at: null, answered_by: null, prompts: 0 },
      files: ['/materials/requests/1/a report.pdf', '/materials/requests/1/notes'],
    });
    expect(readFileSync(given(1, 'a report.pdf'), 'utf8')).toBe('one');
    expect(readFileSync(given(1, 'notes'), 'utf8')).toBe('two');
    expect(statSync(given(1, 'notes')).mode & 0o777).toBe(0o644);
    expect(statSync(given(1)).mode & 0o777).toBe(0o755);
    writeFileSync(inHome('a report.pdf'), 'changed');
    expect(readFileSync(given(1, 'a report.pdf'), 'utf8')).toBe('one');
    expect(readdirSync(inHome('.bp-agents', 'asking'))).toEqual([]);
  });

  it.each([
    ['a link', () => symlinkSync('/etc/hostname', inHome('x'))],
    ['a link that leads nowhere', () => symlinkSync('nowhere', inHome('x'))],
    ['a pipe', () => void execFileSync('mkfifo', [inHome('x')])],
    ['a folder', () => mkdirSync(inHome('x'))],
    ['nothing', () => undefined],
  ])('refuses %s in the place of a file, and does not wait for it', async (_, make) => {
    make();
    expect(await refused('ask', 'x', '--file', 'x')).toBe('invalid_value');
    await nothingIsThere();
  });

  it('refuses a device, and a name that no sandbox should have', async () => {
    expect(await refused('ask', 'x', '--file', '/dev/zero')).toBe('invalid_value');
    for (const name of ['two\nlines', '\u001b[2Jx', 'back\\slash', 'turned\u202efdp.exe']) {
      writeFileSync(inHome(name), 'x');
      expect(await refused('ask', 'x', '--file', name)).toBe('invalid_path');
    }
    await nothingIsThere();
  });

  it('refuses two files that would lie in one place', async () => {
    mkdirSync(inHome('other'));
    for (const path of ['a.txt', join('other', 'A.TXT')]) writeFileSync(inHome(path), 'x');
    expect(await refused('ask', 'x', '--file', 'a.txt', '--file', join('other', 'A.TXT'))).toBe('invalid_path');
    await nothingIsThere();
  });

  it('refuses what is too much, before it has copied it', async () => {
    writeFileSync(inHome('big'), '');
    truncateSync(inHome('big'), 40_000_000_000);
    linkSync(inHome('big'), inHome('as big'));
    expect(await refused('ask', 'x', '--file', 'big')).toBe('files_too_large');
    const many = Array.from({ length: 17 }, () => ['--file', 'big']).flat();
    expect(await refused('ask', 'x', ...many)).toBe('too_many_files');
    await nothingIsThere();
  });

  it('counts what a file really holds, not what it says', async () => {
    const small = ['--set', 'requests.files_bytes_max=4'];
    expect(await refused('ask', 'x', '--file', '/proc/cpuinfo', ...small)).toBe('files_too_large');
    await nothingIsThere();
  });

  it.each([
    ['empty', ''],
    ['invalid_value', 'tomorrow'],
    ['invalid_value', '2h30m'],
    ['invalid_value', '-2h'],
    ['invalid_value', '2030-12-31'],
    ['invalid_value', '2030-02-30T00:00Z'],
    ['invalid_value', '2030-01-01T25:00Z'],
    ['invalid_value', '999999999999d'],
    ['too_small', '0h'],
    ['too_small', '2001-01-01T00:00Z'],
  ])('refuses with %s to close at "%s"', async (code, until) => {
    expect(await refused('ask', 'x', `--until=${until}`)).toBe(code);
    await nothingIsThere();
  });

  it.each([
    ['90m', 90],
    ['2h', 120],
    ['1.5h', 90],
    ['3d', 3 * 1440],
    ['1w', 7 * 1440],
  ])('takes the span %s', async (until, minutes) => {
    const before = Date.now();
    const { until: at } = await home.json<{ readonly until: string }>('ask', 'x', '--until', until);
    const from = Date.parse(at) - minutes * 60_000;
    expect(from >= before && from <= Date.now()).toBe(true);
  });

  it.each([
    ['2030-12-31T18:00Z', '2030-12-31T18:00:00.000Z'],
    ['2030-12-31T18:00:01.5+02:00', '2030-12-31T16:00:01.500Z'],
  ])('takes the time %s', async (until, iso) => {
    expect(await home.json('ask', 'x', '--until', until)).toMatchObject({ until: iso });
  });

  it('changes nothing while another process holds the database', async () => {
    writeFileSync(inHome('a'), 'x');
    const database = new SqliteDatabase(inHome('.bp-agents', 'economy.db'));
    database.exec('BEGIN IMMEDIATE');
    const { exitCode, stderr } = await home.run('ask', 'x', '--file', 'a');
    database.close();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^bp-agents: .*\(database_locked\)\n$/);
    await nothingIsThere();
  });

  it('refuses what agents would not be shown among the materials', async () => {
    for (const name of ['.env', 'prod.ENV', 'id_rsa', 'server.pem']) {
      writeFileSync(inHome(name), 'x');
      expect(await refused('ask', 'x', '--file', name)).toBe('invalid_value');
    }
    writeFileSync(inHome('notes.md'), `${' '.repeat(2_000_000)}-----BEGIN RSA PRIVATE KEY-----`);
    expect(await refused('ask', 'x', '--file', 'notes.md')).toBe('invalid_value');
    await nothingIsThere();
  });

  it("lays no file where something of the operator's own is", async () => {
    writeFileSync(inHome('a'), 'x');
    mkdirSync(given(1), { recursive: true });
    writeFileSync(given(1, 'precious'), 'x');
    const inTheWay = async () => {
      const { exitCode, stderr } = await home.run('ask', 'x', '--file', 'a');
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^bp-agents: [^\n]+\(request_place_taken\)\n/);
    };
    await inTheWay();
    expect(readdirSync(given(1))).toEqual(['precious']);
    rmSync(inHome('materials'), { recursive: true });
    mkdirSync(inHome('elsewhere'));
    mkdirSync(inHome('materials'));
    symlinkSync('../elsewhere', inHome('materials', 'requests'));
    await inTheWay();
    expect(readdirSync(inHome('elsewhere'))).toEqual([]);
    rmSync(inHome('materials'), { recursive: true });
    writeFileSync(inHome('materials'), 'a file');
    await inTheWay();
    expect(await home.json('requests', '--all')).toEqual([]);
  });

  it('refuses a time that not every reader knows', async () => {
    expect(await refused('ask', 'x', '--until', '999999w')).toBe('too_large');
  });

  it('takes the place of what an ask left that was cut off', async () => {
    writeFileSync(inHome('a'), 'x');
    const economy = home.open();
    expect(() =>
      publishRequest(economy, { text: 'x', until: null, files: [] }, (id) => {
        const files = accepted(openFiles(['a'], { directory: home.directory, filesMax: 1 }));
        accepted(StagedFiles.copy(home.directory, files, { files_bytes_max: 1 })).place(id);
        closeFiles(files);
        throw new Error('cut off');
      }),
    ).toThrow('cut off');
    economy.close();
    expect(existsSync(given(1, 'a'))).toBe(true);
    mkdirSync(inHome('.bp-agents', 'asking', '999999999'), { recursive: true });
    await home.json('ask', 'no files');
    expect(existsSync(given(1))).toBe(false);
    expect(readdirSync(inHome('.bp-agents', 'asking'))).toEqual([]);
  });
});

describe('request close', () => {
  it('ends it and takes its files away, and leaves what is no file of a request', async () => {
    writeFileSync(inHome('a'), 'x');
    for (const text of ['one', 'two']) await home.json('ask', text, '--file', 'a');
    for (const own of ['mine', '3', '2024']) mkdirSync(inHome('materials', 'requests', own));
    expect(await home.json('request', 'close', '1')).toMatchObject({ id: 'request_1', status: 'closed' });
    expect(readdirSync(inHome('materials', 'requests')).sort()).toEqual(['2', '2024', '3', 'mine']);
    expect((await home.run('request', '1')).stdout).toContain('/materials/requests/1/a (taken away)\n');
    expect((await home.run('request', '2')).stdout).toContain('/materials/requests/2/a\n');
    expect(await refused('request', 'close', 'request_1')).toBe('request_closed');
    expect(await refused('request', 'close', '3')).toBe('request_not_found');
    expect(await refused('request', 'close', 'prompt_2')).toBe('invalid_id');
    expect(await refused('request', 'close', '2', '--answered-by', '7')).toBe('prompt_not_found');
    expect(await home.json('requests')).toMatchObject([{ id: 'request_2' }]);
    expect(await home.json('requests', '--all')).toHaveLength(2);
  });

  it('lets its text be purged, and only then', async () => {
    writeFileSync(inHome('secret.txt'), 'x');
    await home.json('ask', 'the walrus sings', '--file', 'secret.txt');
    expect(await refused('purge', 'request_1', '--yes')).toBe('request_not_closed');
    await home.json('request', 'close', '1');
    expect(await home.json('purge', 'request_1', '--yes')).toMatchObject({ removed: { requests: 1 } });
    expect(await home.json('request', '1')).toMatchObject({ text: null, files: [], status: 'closed' });
    expect(readFileSync(inHome('.bp-agents', 'economy.db')).includes('walrus')).toBe(false);
    expect(await home.json('purge', 'request_1', '--yes')).toMatchObject({ removed: { requests: 0 } });
  });
});

describe('files of a request that time has closed', () => {
  it('go while a run goes on', () => {
    writeFileSync(inHome('a'), 'x');
    const economy = home.open();
    try {
      const { directory } = home;
      const opened = { directory, config: economy.config, economy, close: () => undefined };
      accepted(ask({ directory }, opened, { text: 'x', files: ['a'], until: economy.clock.now() + 3_600_000 }));
      const failures: unknown[] = [];
      const shelf = new RequestShelf(opened, (error) => failures.push(error));
      shelf.look();
      expect(existsSync(given(1, 'a'))).toBe(true);
      economy.clock.advance(3_600_000);
      shelf.look();
      expect(existsSync(given(1))).toBe(false);
      expect(failures).toEqual([]);
    } finally {
      economy.close();
    }
  });

  it('go at the start of a run, and with the next request', async () => {
    writeFileSync(inHome('a'), 'x');
    for (const command of [
      ['run', '--headless', '--cycles', '1', '--set', 'market.cycle_seconds=0.1'],
      ['ask', 'another'],
    ]) {
      const { id } = await home.json<{ readonly id: string }>('ask', 'x', '--file', 'a');
      const number = Number(id.slice('request_'.length));
      expect(existsSync(given(number, 'a'))).toBe(true);
      const database = new SqliteDatabase(inHome('.bp-agents', 'economy.db'));
      database.prepare('UPDATE requests SET until = 1 WHERE id = ?').run(number);
      database.close();
      expect(await home.run(...command)).toMatchObject({ exitCode: 0 });
      expect(existsSync(given(number))).toBe(false);
    }
  });
});

describe('tell', () => {
  it('reaches an agent, or all', async () => {
    expect(await home.json('tell', 'ann', 'Well done.')).toEqual({
      told: [{ agent_id: 'ann', message_id: 'msg_1' }],
      full: [],
    });
    expect(await home.run('tell', '--all', 'Hear!')).toMatchObject({
      exitCode: 0,
      stdout: 'told ann; it reads that when it runs next\n',
    });
    await home.run('export', '--dir', 'out');
    expect(readFileSync(inHome('out', 'messages.csv'), 'utf8')).toContain('msg_2,operator,ann');
  });

  it('says what it needs', async () => {
    expect(await refused('tell')).toBe('missing_field');
    expect(await refused('tell', 'ann')).toBe('missing_field');
    expect(await refused('tell', '--all')).toBe('missing_field');
    expect(await refused('tell', '--all', 'ann', 'x')).toBe('invalid_value');
    expect(await refused('tell', 'operator', 'x')).toBe('agent_not_found');
    expect(await refused('bootstrap', '--id', 'operator')).toBe('invalid_id');
  });
});
