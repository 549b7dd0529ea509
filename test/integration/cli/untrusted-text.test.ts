import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { plant } from '../../helpers/planted-economy.ts';

/** Moves the cursor, sets the title, writes the clipboard, makes a link, turns the text around, hides things. */
const NASTY =
  '=1+1\u001b[2J\u001b]0;owned\u0007\u001b]52;c;AAAA\u001b\\\u009b31m\u202eevil\u2066\u200b\u{e0041}\r\nbp-agents: faked';
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]|\u{e0041}/u;

let home: CliHome;
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy, {
    title: NASTY,
    content: NASTY,
    memo: NASTY,
    message: NASTY,
    reason: NASTY,
    request: NASTY,
    file: '=1+1 e\u0301\ufe0f.csv',
  });
  economy.close();
  const logs = join(home.directory, '.bp-agents', 'logs', 'executions');
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, 'exe_1.log'), `first line\n${NASTY}\nlast line without an end`);
  symlinkSync('/etc/passwd', join(logs, 'exe_2.log'));
});
afterAll(() => home.remove());

const COMMANDS = [
  'prompts',
  'prompts --open',
  'requests',
  'request 1',
  'agent genesis',
  'agents',
  'bids',
  'executions',
  'status',
  'messages',
  'transfers',
  'history',
  'logs exe_1',
];

describe('what agents wrote', () => {
  it.each(COMMANDS.flatMap((command) => [command, `${command} --json`]))(
    'reaches no terminal as it is: %s',
    async (command) => {
      const { exitCode, stdout, stderr } = await home.run(...command.split(' '));
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(HARMFUL.exec(stdout)).toBeNull();
    },
  );

  it('is whole in JSON all the same', async () => {
    const [, open] = await home.json<readonly { readonly title: string; readonly content: string }[]>('prompts');
    expect(open).toMatchObject({ title: NASTY, content: NASTY });
    expect(await home.json('logs', '1')).toMatchObject({
      output: expect.stringContaining(NASTY) as string,
      complete: true,
    });
  });

  it('cannot fake a line of the program: a prompt stands behind a bar', async () => {
    const { stdout } = await home.run('prompts');
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.includes('faked') && line.startsWith('│')).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.startsWith('bp-agents: faked'))).toEqual([]);
  });

  it('is shown line by line where it is a log', async () => {
    const { stdout } = await home.run('logs', 'exe_1');
    expect(stdout.split('\n').at(0)).toBe('first line');
    expect(stdout.endsWith('last line without an end\n')).toBe(true);
  });

  it('is nothing where an execution printed nothing', async () => {
    const silent = cliHome();
    const economy = silent.open();
    plant(economy);
    economy.close();
    expect(await silent.run('logs', '1')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'exe_1 has printed nothing, or nothing that is still kept\n',
    });
    expect(await silent.json('logs', '1')).toMatchObject({ execution_id: 'exe_1', output: null });
    silent.remove();
  });
});

describe('a log that is a link', () => {
  it('is not read', async () => {
    const { exitCode, stdout, stderr } = await home.run('logs', 'exe_2');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^bp-agents: .*exe_2\.log is not read: it is a link \(log_unreadable\)\n$/);
  });
});

describe('export', () => {
  const read = (name: string) => readFileSync(join(home.directory, 'out', name), 'utf8');

  it('writes a file per table, with a head and all rows', async () => {
    expect(await home.run('export', '--dir', 'out')).toMatchObject({ exitCode: 0, stderr: '' });
    const names = [
      'agents',
      'bids',
      'cycles',
      'executions',
      'messages',
      'prompt_files',
      'prompts',
      'requests',
      'transfers',
    ];
    expect(readdirSync(join(home.directory, 'out')).sort()).toEqual(
      [...names.map((name) => `${name}.csv`), 'manifest.json'].sort(),
    );
    expect(records(read('agents.csv')).map(([id]) => id)).toEqual(['id', 'genesis', 'other']);
    expect(records(read('cycles.csv')).map(([cycle]) => cycle)).toEqual(['cycle', '1', '2']);
    const transfers = records(read('transfers.csv'));
    expect(transfers[0]).toEqual('id type cycle debit credit amount kind ref pending_id at memo hash'.split(' '));
    expect(transfers).toHaveLength((await home.json<{ transfers: number }>('audit')).transfers + 1);
    expect(transfers[1]?.slice(0, 8)).toEqual([
      'tx_1',
      'single',
      '0',
      'system:issuance',
      'genesis',
      '1000',
      'genesis_grant',
      'genesis/1',
    ]);
    for (const name of names) {
      const [head, ...rows] = records(read(`${name}.csv`));
      expect(rows.every((row) => row.length === head?.length)).toBe(true);
      expect(rows.length).toBeGreaterThan(0);
    }
  });

  it('defuses texts that a spreadsheet would take for a formula', () => {
    const defused = "'=1+1\u241b[2J\u241b]0;owned\u2407\u241b]52;c;AAAA\u241b\\\ufffd31m\ufffdevil\ufffd";
    const [head = [], , prompt = []] = records(read('prompts.csv'));
    expect(prompt[head.indexOf('content')]).toContain(defused);
    expect(records(read('prompt_files.csv'))[1]?.[2]).toMatch(/^'=1\+1 /);
    const [columns = [], message = []] = records(read('messages.csv'));
    expect(message[columns.indexOf('content')]).toContain(defused);
    expect(
      records(read('transfers.csv'))
        .flat()
        .filter((cell) => cell.startsWith(defused)),
    ).not.toEqual([]);
  });

  it('writes no control character and nothing that turns the text around', () => {
    for (const name of ['prompts.csv', 'messages.csv', 'requests.csv', 'transfers.csv'])
      expect(read(name)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
  });

  it('replaces what it wrote before, and a link rather than what it points to', async () => {
    const target = join(home.directory, 'precious');
    writeFileSync(target, 'untouched');
    const linked = join(home.directory, 'linked');
    mkdirSync(linked);
    symlinkSync(target, join(linked, 'bids.csv'));
    for (let time = 0; time < 2; time++)
      expect(await home.run('export', '--dir', 'linked')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(target, 'utf8')).toBe('untouched');
    expect(readdirSync(linked)).toHaveLength(10);
  });

  it('leaves nothing half-written where it fails', async () => {
    const blocked = join(home.directory, 'blocked');
    mkdirSync(join(blocked, 'messages.csv', 'in the way'), { recursive: true });
    const { exitCode, stderr } = await home.run('export', '--dir', 'blocked');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^bp-agents: .*messages\.csv.*\n$/);
    expect(readdirSync(blocked).filter((name) => name.startsWith('.'))).toEqual([]);
    writeFileSync(join(home.directory, 'a file'), '');
    expect(await home.run('export', '--dir', 'a file')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

/** Reads CSV as a spreadsheet does. */
function records(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy;
  for (const [, quoted, plain = '', end] of text.matchAll(cells)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  rows.pop();
  return rows;
}
