import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/config/home-places.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { purgePrompt } from '../../../src/economy/privacy/purge-prompt.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { accepted, makeAgent, runWinners, WITH_ATTENTION, type TestEconomy } from '../../helpers/economy.ts';

const FILES = {
  'report.pdf': Buffer.from([0, 1, 255]),
  'out/größe 猫.png': Buffer.alloc(1200, 'x'),
  'out/in/empty': '',
};

let home: CliHome;
beforeEach(() => {
  home = cliHome();
});
afterEach(() => home.remove());

const path = (...names: readonly string[]) => join(home.directory, ...names);

/** `ann` has shown a prompt with files; `more` changes the economy before it is closed. */
function shown(
  files: Readonly<Record<string, Buffer | string>>,
  more: (economy: TestEconomy) => void = () => undefined,
) {
  const economy = home.open();
  makeAgent(economy, 'ann', { bundle: WITH_ATTENTION });
  const executionId = runWinners(economy).get('ann')!.execution.id;
  const contents = Object.values(files).map((content) => Buffer.from(content));
  const draft = { content: 'Look!', files: Object.keys(files) };
  accepted(submitPrompt(economy, { executionId, agentId: 'ann' }, draft, contents));
  more(economy);
  economy.close();
}

async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
  const { exitCode, stdout, stderr } = await home.run('take', ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
}

/** Everything below a folder. */
function below(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : [];
}

describe('take', () => {
  it('writes the files of a prompt into a new folder or an empty one, for reading only', async () => {
    shown(FILES);
    const { exitCode, stdout, stderr } = await home.run('take', 'prompt_1', 'deep/new');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      `${path('deep/new/report.pdf')}: 3 bytes`,
      `${path('deep/new/out/größe 猫.png')}: 1,200 bytes`,
      `${path('deep/new/out/in/empty')}: 0 bytes`,
    ]);
    for (const [name, content] of Object.entries(FILES)) {
      expect(readFileSync(path('deep/new', name)).equals(Buffer.from(content))).toBe(true);
      expect(lstatSync(path('deep/new', name)).mode & 0o777 & ~0o644).toBe(0);
    }
    mkdirSync(path('empty'));
    expect(await home.json('take', '1', 'empty')).toMatchObject({
      ...{ prompt_id: 'prompt_1', agent_id: 'ann', dir: path('empty') },
      files: [{ name: 'report.pdf', bytes: 3 }, { bytes: 1200 }, { name: 'out/in/empty', bytes: 0 }],
    });
    expect(below(path('empty'))).toEqual(below(path('deep/new')));
  });

  it('replaces nothing, and writes nothing where agents may write', async () => {
    shown(FILES);
    mkdirSync(path('full'));
    writeFileSync(path('full', 'mine'), 'mine');
    await expectRefused(['1', 'full'], /DIR must be a folder that is not there yet, or is empty/);
    await expectRefused(['1', 'full/mine'], /DIR must be a folder/);
    expect(below(path('full'))).toEqual(['mine']);
    mkdirSync(path('workspaces', 'agent-ann'), { recursive: true });
    symlinkSync(path('workspaces'), path('way'));
    for (const place of ['workspaces/agent-ann/new', 'way/agent-ann', 'way/new', '.bp-agents/new'])
      await expectRefused(['1', place], /outside of workspaces/);
    expect(below(path('workspaces'))).toEqual(['agent-ann']);
    await expectRefused(['1', ' '], /DIR must be a folder, not empty/);
    // A link to nowhere is followed no further.
    symlinkSync(path('nowhere'), path('dangling'));
    await expectRefused(['1', 'dangling'], /DIR must be a folder, not a link that leads nowhere/);
    expect(existsSync(path('nowhere'))).toBe(false);
  });

  it.each([
    ['../out'],
    ['/tmp/bp-absolute'],
    ['a/../../out'],
    ['a\0b'],
    ['.bashrc'],
    ['.git/hooks/post-checkout'],
    ['-rf'],
    ['a\n\u001b]0;x\u0007'],
    ['x'.repeat(300)],
  ])('writes nothing at all where the database holds a name such as %j', async (name) => {
    shown({ 'first.txt': 'x' });
    const database = new SqliteDatabase(databasePath(home.directory));
    database.prepare('UPDATE prompt_files SET name = ?').run(name);
    database.close();
    await expectRefused(['1', 'dir'], /the name of a file must/);
    expect([below(path('dir')), existsSync(path('dir')), existsSync(path('out'))]).toEqual([[], false, false]);
  });

  it('says what can not be taken', async () => {
    await home.run('init');
    shown({});
    await expectRefused(['1', 'dir'], /prompt_1 brought no files/);
    await expectRefused(['2', 'dir'], /the id must be that of a prompt/);
    await expectRefused(['x', 'dir'], /expected|id/);
    expect(existsSync(path('dir'))).toBe(false);
  });

  it('has nothing of a prompt that was purged, or whose files had to give way', async () => {
    shown({ a: 'x' }, (economy) => {
      accepted(skipPrompt(economy, 1));
      economy.store.transaction(() => economy.store.promptFiles.keepWithin(0));
    });
    await expectRefused(['1', 'dir'], /kept no longer: .*history.files_mb/);
    const economy = home.open();
    accepted(purgePrompt(economy, 1));
    economy.close();
    await expectRefused(['1', 'dir'], /prompt_1 was purged/);
  });

  it('takes back what it has written where it can not go on', async () => {
    // The second of these is too long a path there.
    shown({ 'in/a': 'x', [`${'x'.repeat(80)}/${'y'.repeat(110)}`]: 'y' });
    const deep = Array<string>(19).fill('d'.repeat(200)).join('/');
    const dir = `${deep}/${'e'.repeat(Math.max(1, 3950 - path(deep).length))}`;
    const { exitCode, stdout, stderr } = await home.run('take', '1', dir);
    expect({ exitCode, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      exitCode: 1,
      stdout: '',
      lines: 1,
    });
    expect(below(path(deep))).toEqual([]);
  });
});

describe('the faces', () => {
  it('list what a prompt brought, and say how to take it', async () => {
    shown(FILES);
    const { stdout } = await home.run('prompts');
    expect(stdout).toContain('├─ 3 files, 1,203 bytes: bp-agents take prompt_1 DIR ─');
    expect(stdout).toContain(
      '│     3 bytes  report.pdf\n│ 1,200 bytes  out/größe 猫.png\n│     0 bytes  out/in/empty\n',
    );
    const scored = await home.run('score', '1', '5', '5', '5');
    expect(scored.stdout).toContain(
      'it brought 3 files, 1,203 bytes: bp-agents take prompt_1 DIR\n│     3 bytes  report',
    );
    expect((await home.run('prompts')).stdout).toMatch(/files +reason\n.* 3 +-$/m);
    expect((await home.run('agent', 'ann')).stdout).toMatch(/files +reason\n.* 3 +-$/m);
    expect(await home.json('prompts')).toMatchObject([
      { files: [{ name: 'report.pdf', bytes: 3, kept: true }, {}, {}] },
    ]);
    await home.run('export', '--dir', 'csv');
    const rows = readFileSync(path('csv', 'prompt_files.csv'), 'utf8').trimEnd().split('\n');
    expect(rows.map((row) => row.split(',').slice(0, 4).join())).toEqual([
      'prompt_id,number,name,bytes',
      'prompt_1,0,report.pdf,3',
      'prompt_1,1,out/größe 猫.png,1200',
      'prompt_1,2,out/in/empty,0',
    ]);
  });
});
