import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { databasePath } from '../../../src/config/home-places.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { plant } from '../../helpers/planted-economy.ts';

let home: CliHome;
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy);
  economy.close();
});
afterAll(() => home.remove());

/** What the last of these words could become, as a shell is told. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await home.run('complete-words', '--', ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

/** Without what they are. */
const wordsFor = async (...words: readonly string[]) =>
  (await offered(...words)).map((line) => line.split('\t')[0] ?? '');

describe('what could come next', () => {
  it('are the commands, and not the hidden one', async () => {
    const names = COMMANDS.map(({ name }) => name);
    expect([...(await wordsFor(''))].sort()).toEqual([...names, 'help'].sort());
    expect(await offered('expl')).toEqual(['explain\twhy a bid won or lost in each cycle, and what would have won']);
    expect(await wordsFor('agent', 'in')).toEqual(['install']);
  });

  it('are the options of a command, and those of all', async () => {
    expect(await wordsFor('bids', '--')).toEqual([
      ...['--json', '--agent', '--status', '--limit', '--version', '--home', '--set', '--help'],
    ]);
    expect(await wordsFor('tell', '--', '--a')).toEqual([]);
  });

  it.each([
    ['agents', ['agent', ''], ['genesis', 'other'], ['new', 'templates', 'install', 'update']],
    ['agents of a list', ['bids', '--agent', 'g'], ['genesis'], []],
    ['the same behind an equals sign', ['bids', '--agent=g'], ['--agent=genesis'], []],
    ['the same as bash takes it apart', ['bids', '--agent', '=', 'g'], ['genesis'], []],
    ['prompts, the newest first', ['score', 'pr'], ['prompt_2', 'prompt_1'], []],
    ['one of them', ['score', 'prompt_1'], ['prompt_1'], []],
    ['executions and agents', ['logs', ''], ['exe_2', 'exe_1', 'genesis', 'other'], []],
    ['bids', ['--json', 'explain', 'bid_3'], ['bid_3'], []],
    ['requests', ['request', 'close', ''], ['request_1'], []],
    ['values of a choice', ['executions', '--outcome', 'comp'], ['completed'], []],
    ['values that an option names', ['calls', '--by', ''], ['agent', 'model'], []],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish'], []],
    ['nothing behind the last argument', ['skip', 'prompt_1', ''], [], []],
    ['nothing that is no id', ['explain', 'bid_0'], [], []],
    ['nothing for a text', ['score', 'prompt_1', '1', '2', '3', '--reason', ''], [], []],
  ])('are ids and words: %s', async (_, words, expected, commands) => {
    expect(await wordsFor(...words)).toEqual([...commands, ...expected]);
  });

  it('is left to the shell where it is a file', async () => {
    expect(await offered('export', '--dir', '')).toEqual([':files']);
    expect(await offered('try', 'fold')).toEqual([':files']);
    expect(await offered('--home', '')).toEqual([':files']);
  });

  it('says of an id whose it is and how it stands', async () => {
    expect(await offered('score', 'prompt_')).toEqual(['prompt_2\tgenesis, open', 'prompt_1\tgenesis, scored']);
    expect(await offered('logs', 'exe_1')).toEqual(['exe_1\tgenesis, completed']);
  });

  it('is of the home that was typed', async () => {
    const elsewhere = cliHome();
    expect(await wordsFor('--home', elsewhere.directory, 'agent', 'g')).toEqual([]);
    expect(await wordsFor(`--home=${elsewhere.directory}`, 'agent', 'g')).toEqual([]);
    const { stdout } = await elsewhere.run('complete-words', '--', '--home', home.directory, 'agent', 'g');
    expect(stdout).toBe('genesis\talive\n');
    elsewhere.remove();
  });

  it('is no id that a shell could take for anything else, and changes nothing', async () => {
    const hostile = cliHome();
    const economy = hostile.open();
    plant(economy);
    economy.close();
    const database = new SqliteDatabase(databasePath(hostile.directory));
    database.pragma('foreign_keys = OFF');
    database.pragma('ignore_check_constraints = ON');
    const columns = database.prepare<[], string>(`SELECT name FROM pragma_table_info('agents')`).pluck().all();
    for (const [index, id] of ['g$(id)', 'g`id`', 'g;id', 'g\nid', 'g\u001B[2J', `g${'x'.repeat(99)}`].entries()) {
      const values = columns.map((name) =>
        name === 'id' ? '?' : name === 'number' ? `number + ${100 + index}` : name,
      );
      database.prepare(`INSERT INTO agents SELECT ${values.join(', ')} FROM agents WHERE id = 'genesis'`).run(id);
    }
    const before = database.pragma('data_version', { simple: true });
    const { stdout } = await hostile.run('complete-words', '--', 'agent', 'g');
    expect(stdout).toBe('genesis\talive\n');
    expect(database.pragma('data_version', { simple: true })).toBe(before);
    database.close();
    hostile.remove();
  });

  it('is not waited for while another process holds the database', async () => {
    const held = new SqliteDatabase(databasePath(home.directory));
    held.exec('BEGIN EXCLUSIVE');
    expect(await wordsFor('agent', 'g')).toEqual(['genesis']);
    held.exec('ROLLBACK');
    held.close();
  });
});

describe('a completion', () => {
  it('of 10⁵ executions is a look at a few rows', async () => {
    const economy = home.open();
    const one = economy.store.executions.get(1);
    economy.store.transaction(() => {
      for (let count = 0; count < 100_000; count++) {
        const id = economy.store.executions.insert({ ...one, attempt: 10 + count });
        economy.store.executions.settle({
          id,
          outcome: 'completed',
          detail: '',
          exitCode: 0,
          endedAt: 1,
          usage: one.usage,
        });
      }
    });
    economy.close();
    const began = performance.now();
    expect(await wordsFor('logs', 'exe_9999')).toEqual([
      ...Array.from({ length: 10 }, (_, digit) => `exe_${99_999 - digit}`),
      'exe_9999',
    ]);
    expect(await wordsFor('logs', 'exe_')).toHaveLength(100);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('is killed in time, even in the middle of something that holds the process', () => {
    const module = new URL('../../../dist/platform/this-process.js', import.meta.url);
    const code = `import { thisProcess } from ${JSON.stringify(fileURLToPath(module))};
      thisProcess({ monotonic: () => 0 }).killWithin(300);
      for (;;);`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 60_000 });
    expect(signal).toBe('SIGKILL');
  });
});
