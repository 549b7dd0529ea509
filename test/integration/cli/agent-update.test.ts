import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STORE } from '../../../src/economy/internal/store-key.ts';
import { installedDirectory } from '../../../src/config/home-places.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine, liveOn, type Behaviour } from '../../helpers/instant-engine.ts';

interface Update {
  readonly laid: boolean;
  readonly waits_for: string | null;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  readonly counts: { readonly same: number };
  readonly dependencies_changed: boolean;
}

/** What the agent does in each of its executions. */
let behave: Behaviour;
let home: CliHome;
beforeEach(() => {
  behave = liveOn;
  home = cliHome({ engine: instantEngine((...told) => behave(...told)) });
  const market = 'market: { cycle_seconds: 0.05, supply: { cpu_seconds: 16, memory_mb: 4000 } }\n';
  writeFileSync(join(home.directory, 'bp-agents.yaml'), market);
});
afterEach(() => home.remove());

const workspace = (path: string) => join(home.directory, 'workspaces', 'agent-a', path);
const read = (path: string) => readFileSync(workspace(path), 'utf8');

/** The author's folder, made anew. */
function author(files: Readonly<Record<string, string>>): void {
  rmSync(join(home.directory, 'mine'), { recursive: true, force: true });
  mkdirSync(join(home.directory, 'mine'));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(home.directory, 'mine', path), content);
}

const update = (...options: readonly string[]) =>
  home.json<Update>('agent', 'update', 'a', '--from', 'mine', ...options);
const agent = () =>
  home.json<{ waiting_files: { paths: string[]; overwrite: boolean } | null; kept_files: string[] }>('agent', 'a');
const once = () => home.run('run', '--headless', '--cycles', '1');
const bundle = ['--bundle', 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0'];

async function bringAndRun(files: Readonly<Record<string, string>>): Promise<void> {
  author(files);
  await home.run('bootstrap', '--id', 'a', '--from', 'mine', ...bundle);
  expect(await once()).toMatchObject({ exitCode: 0 });
}

function kill(): void {
  const economy = home.open();
  for (const { id } of economy[STORE].bids.pending()) economy[STORE].bids.end(id, 'withdrawn', 0, 'test');
  economy[STORE].agents.markDead('a', 0);
  economy.close();
}

describe('agent update', () => {
  it('lays the files at once where nothing runs, and says what it did', async () => {
    await bringAndRun({ 'main.py': '1', 'gone.py': '1', 'same.py': '1' });
    writeFileSync(workspace('memory'), 'its own');
    author({ 'main.py': '2', 'new.py': '2', 'same.py': '1' });
    const { exitCode, stdout } = await home.run('agent', 'update', 'a', '--from', 'mine');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `the files of a are laid:
  added (1): new.py
  changed (1): main.py
  removed (1): gone.py
  as they are: 1
`,
    });
    expect([read('main.py'), read('new.py'), read('memory')]).toEqual(['2', '2', 'its own']);
    expect(() => read('gone.py')).toThrow();
    expect(await agent()).toMatchObject({ waiting_files: null, kept_files: [] });
  });

  it('changes nothing where it is dry', async () => {
    await bringAndRun({ 'main.py': '1' });
    author({ 'main.py': '2' });
    expect(await update('--dry-run')).toMatchObject({ laid: false, changed: ['main.py'] });
    expect((await home.run('agent', 'update', 'a', '--from', 'mine', '--dry-run')).stdout).toMatch(
      /^nothing is changed; a would get:\n {2}changed \(1\): main.py\n$/,
    );
    expect([read('main.py'), (await agent()).waiting_files]).toEqual(['1', null]);
  });

  it('keeps what was mended by hand until it is told to overwrite it', async () => {
    await bringAndRun({ 'main.py': '1', notes: '1' });
    writeFileSync(workspace('main.py'), 'mended by hand');
    author({ 'main.py': '2', notes: '2' });
    expect(await update()).toMatchObject({ laid: true, kept: ['main.py'], changed: ['notes'] });
    expect(read('main.py')).toBe('mended by hand');
    expect((await agent()).kept_files).toEqual(['main.py']);
    expect((await home.run('agent', 'a')).stdout).toContain('kept, since changed after they were given: main.py\n');
    expect((await home.run('agent', 'update', 'a', '--from', 'mine')).stdout).toContain('--overwrite replaces it');
    expect(await update('--overwrite')).toMatchObject({ kept: [], changed: ['main.py'], counts: { same: 1 } });
    expect([read('main.py'), (await agent()).kept_files]).toEqual(['2', []]);
  });

  it('leaves a file alone that only the agent changed, and one that the author removed after that', async () => {
    await bringAndRun({ 'main.py': '1', memory: 'empty' });
    writeFileSync(workspace('memory'), 'full');
    author({ 'main.py': '2' });
    expect(await update()).toMatchObject({ changed: ['main.py'], removed: [], kept: ['memory'] });
    expect(await update('--overwrite')).toMatchObject({ removed: [], kept: [] });
    expect(read('memory')).toBe('full');
  });

  it('knows nothing of what was given before this was kept, and overwrites none of it', async () => {
    await bringAndRun({ 'main.py': '1' });
    const economy = home.open();
    economy[STORE].texts.purgeAgent({ agentId: 'a', at: 0, isDead: true, isRunning: false });
    economy.close();
    author({ 'main.py': '2' });
    expect(await update()).toMatchObject({ kept: ['main.py'], changed: [] });
  });

  it('says when what the agent installs by has changed', async () => {
    await bringAndRun({ 'main.py': '1' });
    author({ 'main.py': '1', 'package.json': '{}' });
    expect((await home.run('agent', 'update', 'a', '--from', 'mine', '--dry-run')).stdout).toContain(
      'what it installs by has changed: bp-agents agent install a --again\n',
    );
    expect(await update()).toMatchObject({ added: ['package.json'], dependencies_changed: true });
  });

  it('is told of packages that wait to be laid down by the command that shows an agent', async () => {
    await bringAndRun({ 'main.py': '1' });
    const line = 'its packages wait to be laid down before its next execution';
    expect((await home.run('agent', 'a')).stdout).not.toContain(line);
    mkdirSync(installedDirectory(home.directory, 'agent-a'), { recursive: true });
    expect((await home.run('agent', 'a')).stdout).toContain(line);
    expect(await home.json('agent', 'a')).toMatchObject({ installed_waits: true });
  });

  it('updates an agent that never ran: what was to be laid gives way', async () => {
    author({ 'main.py': '1', 'gone.py': '1' });
    await home.run('bootstrap', '--id', 'a', '--from', 'mine', ...bundle);
    expect((await agent()).waiting_files?.paths).toEqual(['gone.py', 'main.py']);
    author({ 'main.py': '2' });
    expect(await update()).toMatchObject({ laid: true, added: ['main.py'] });
    expect(read('main.py')).toBe('2');
    expect(() => read('gone.py')).toThrow();
  });

  it('updates the dead', async () => {
    await bringAndRun({ 'main.py': '1' });
    kill();
    author({ 'main.py': '2' });
    expect(await update()).toMatchObject({ laid: true, changed: ['main.py'] });
    expect(read('main.py')).toBe('2');
  });

  it.each([
    ['an agent that is not there', ['nobody', '--from', 'mine'], /there is no agent nobody.*\(agent_not_found\)/],
    ['an id that is none', ['A', '--from', 'mine'], /\(invalid_id\)/],
    ['a folder that is none', ['a', '--from', 'none'], /must be a folder with an agent's files/],
    ['an empty folder name', ['a', '--from', ' '], /\(empty\)/],
    ['no folder', ['a'], /--from/],
    ['files without an entry point', ['a', '--from', 'bare'], /\(entry_point_missing\)/],
  ])('refuses %s', async (_, args, expected) => {
    await bringAndRun({ 'main.py': '1' });
    mkdirSync(join(home.directory, 'bare'));
    for (const more of [[], ['--dry-run']]) {
      const { exitCode, stderr } = await home.run('agent', 'update', ...args, ...more);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(expected) as string });
    }
    expect([read('main.py'), (await agent()).waiting_files]).toEqual(['1', null]);
  });
});

describe('agent update while a run goes on', () => {
  /** Runs until the agent is in its second execution, and does in the first what it is told. */
  async function runTwice(inTheFirst: () => Promise<void>) {
    let lives = 0;
    const at: { main: string[] } = { main: [] };
    behave = async (caller, economy) => {
      lives += 1;
      at.main.push(read('main.py'));
      if (lives === 1) await inTheFirst();
      else running.interrupt();
      await liveOn(caller, economy);
    };
    const running = home.start('run', '--headless');
    return { ...(await running.ended), main: at.main };
  }

  it('leaves the files for the next execution, which lays them, and the latest of them alone', async () => {
    await bringAndRun({ 'main.py': '1', 'gone.py': '1' });
    const { exitCode, main } = await runTwice(async () => {
      author({ 'main.py': '2', 'gone.py': '1' });
      expect(await update()).toMatchObject({ laid: false, waits_for: 'execution', changed: ['main.py'] });
      author({ 'main.py': '3' });
      const { stdout } = await home.run('agent', 'update', 'a', '--from', 'mine');
      expect(stdout)
        .toBe(`the files of a are laid before its next execution, since an execution is not settled; as it looks now:
  changed (1): main.py
  removed (1): gone.py
`);
      expect((await agent()).waiting_files).toMatchObject({ paths: ['main.py'], overwrite: false });
      expect((await home.run('agent', 'a')).stdout).toContain(
        '1 file waits to be laid before its next execution: main.py',
      );
      expect(read('main.py')).toBe('1');
    });
    expect([exitCode, main]).toEqual([0, ['1', '3']]);
    expect(() => read('gone.py')).toThrow();
    expect(await agent()).toMatchObject({ waiting_files: null, kept_files: [] });
  });

  it('keeps what the agent changes after that, and the run says so', async () => {
    await bringAndRun({ 'main.py': '1' });
    const { stdout, main } = await runTwice(async () => {
      author({ 'main.py': '2' });
      expect(await update()).toMatchObject({ laid: false, kept: [], changed: ['main.py'] });
      writeFileSync(workspace('main.py'), 'by the agent');
    });
    expect(main).toEqual(['1', 'by the agent']);
    expect(stdout).toContain('a keeps main.py: changed since it was given');
    expect(await agent()).toMatchObject({ waiting_files: null, kept_files: ['main.py'] });
  });

  it('lays no file of another agent while it runs, but before its next execution', async () => {
    await bringAndRun({ 'main.py': '1' });
    kill();
    author({ 'main.py': '2' });
    await home.run('bootstrap', '--id', 'b', '--from', 'mine', ...bundle);
    behave = async () => {
      expect(await update()).toMatchObject({ laid: false, waits_for: 'run', changed: ['main.py'] });
    };
    expect(await once()).toMatchObject({ exitCode: 0 });
    expect([read('main.py'), (await agent()).waiting_files?.paths]).toEqual(['1', ['main.py']]);
    expect(await home.json('bootstrap', '--id', 'a', ...bundle)).toMatchObject({ laying: { changed: ['main.py'] } });
    expect(read('main.py')).toBe('2');
  });
});

describe('bootstrap of a dead agent', () => {
  it('lays its files at once, and overwrites nothing that was mended by hand without a word', async () => {
    await bringAndRun({ 'main.py': '1', 'lib.py': '1' });
    kill();
    writeFileSync(workspace('main.py'), 'mended by hand');
    author({ 'main.py': '2', 'lib.py': '2' });
    const { stdout } = await home.run('bootstrap', '--id', 'a', '--from', 'mine', ...bundle);
    expect(stdout).toMatch(/^a lives again \(life 2\) .*\nthe files of a are laid:\n {2}changed \(1\): lib.py\n/);
    expect(stdout).toContain('  kept (1): main.py\n');
    expect([read('main.py'), read('lib.py')]).toEqual(['mended by hand', '2']);
    await once();
    expect(read('main.py')).toBe('mended by hand');
    kill();
    const overwritten = await home.json('bootstrap', '--id', 'a', '--from', 'mine', '--overwrite', ...bundle);
    expect(overwritten).toMatchObject({ life: 3, laying: { laid: true, changed: ['main.py'] } });
    expect(read('main.py')).toBe('2');
  });

  it('leaves its files as they are where it brings none', async () => {
    await bringAndRun({ 'main.py': '1' });
    writeFileSync(workspace('main.py'), 'mended by hand');
    kill();
    expect(await home.json('bootstrap', '--id', 'a', ...bundle)).not.toHaveProperty('laying');
    await once();
    expect(read('main.py')).toBe('mended by hand');
  });
});
