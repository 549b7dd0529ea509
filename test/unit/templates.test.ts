import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { derive } from '../../src/config/supply.ts';
import { laidOver } from '../../src/domain/template.ts';
import { checkSellable, lackingOf, providerLine, settingLine } from '../../src/operator/templates/lacking.ts';
import { chooseModel } from '../../src/operator/templates/model-choice.ts';
import { templateForm } from '../../src/operator/templates/template-form.ts';
import { FolderShelf } from '../../src/operator/templates/template-shelf.ts';
import { LITTLE, programFiles, templateFolders, type TemplateFolders } from '../helpers/template-folders.ts';

const RUNTIME = join(import.meta.dirname, '..', '..', 'runtime');
const ENTRY_LINES_MAX = 60;

const shelf = new FolderShelf(RUNTIME);
const config = (...overrides: readonly string[]) =>
  loadConfig({ home: '/home', readFile: () => undefined, environment: {}, overrides });
const needs = (more: object) => templateForm.parse({ title: 'x', needs: { ...LITTLE, ...more } }).needs;
const MACHINE = { cores: 2, memoryMb: 4000 };
const lacking = (of: ReturnType<typeof needs>, ...overrides: readonly string[]) => {
  const own = config(...overrides);
  return lackingOf(of, own, derive(own, MACHINE));
};

let folders: TemplateFolders;
beforeEach(() => {
  folders = templateFolders();
});
afterEach(() => folders.remove());

describe('each template of this package', () => {
  it.each(shelf.names)('%s has a README, and an entry point of at most 60 lines', (name) => {
    const found = shelf.find(name)!;
    expect(readFileSync(join(RUNTIME, 'templates', name, 'README.md'), 'utf8')).toMatch(/^# \S/);
    const entries = found.files.filter(({ path }) => /^main(\.py|\.m?js)?$/.test(path));
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    expect(Buffer.from(entry!.content).toString().trimEnd().split('\n').length).toBeLessThanOrEqual(ENTRY_LINES_MAX);
    expect(entry!.path !== 'main' || entry!.executable).toBe(true);
  });

  it.each(shelf.names)('%s says which packages its program is, each with its hash', (name) => {
    const { program } = shelf.find(name)!;
    expect(program !== undefined).toBe(existsSync(join(RUNTIME, 'templates', name, 'program')));
    if (!program) return;
    const lock = JSON.parse(Buffer.from(program.lockfile).toString()) as {
      readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
    };
    expect(lock.packages[`node_modules/${program.name}`]?.version).toBe(program.version);
    const fetched = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(fetched.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });
});

describe('a template', () => {
  it('is read whole: files, what it shares, and a program whose key is that of its two files', () => {
    const form = { title: 'x', needs: LITTLE, program: { name: 'tool', version: '1.0.0' } };
    folders.add(
      'one',
      { ...form, shared: { 'AGENTS.md': 'common.md' } },
      { 'files/main.py': 'a', ...programFiles('1'), '../shared/common.md': 'told to all' },
    );
    folders.add('two', form, { 'files/main.py': 'b', ...programFiles('1') });
    folders.add('three', form, { 'files/main.py': 'b', ...programFiles('2') });
    const [one, three, two] = new FolderShelf(folders.runtimeDirectory).all();
    expect(one!.files.map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
      ['main.py', 'a'],
      ['AGENTS.md', 'told to all'],
    ]);
    expect(one!.program?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(two!.program?.key).toBe(one!.program?.key);
    expect(three!.program?.key).not.toBe(one!.program?.key);
  });

  it('is found by its name alone, never by a path', () => {
    folders.add('one', { title: 'x', needs: LITTLE });
    const own = new FolderShelf(folders.runtimeDirectory);
    expect(['../templates/one', 'one/', '.', '', '__proto__'].map((name) => own.find(name))).toEqual(
      Array<undefined>(5).fill(undefined),
    );
    expect(own.known('two')).toMatchObject({
      code: 'template_not_found',
      message: expect.stringMatching(/one/) as string,
    });
  });

  it('that is broken is named, with what is wrong', () => {
    folders.add('odd', { title: 'x', needs: { ...LITTLE, file_bytes: -1 } });
    expect(() => new FolderShelf(folders.runtimeDirectory).find('odd')).toThrow(
      expect.objectContaining({ code: 'template_broken', message: expect.stringMatching(/odd.*file_bytes/) as string }),
    );
  });

  it('gives way to files that are laid over it', () => {
    folders.add('one', { title: 'x', needs: LITTLE }, { 'files/main.py': 'a', 'files/notes/b.md': 'b' });
    const found = new FolderShelf(folders.runtimeDirectory).find('one')!;
    const own = [{ path: 'notes/b.md', content: Buffer.from('mine'), executable: false }];
    expect(laidOver(found, own).map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
      ['main.py', 'a'],
      ['notes/b.md', 'mine'],
    ]);
  });
});

describe('what a home lacks', () => {
  it('is nothing for the three that ask no model, at default settings', () => {
    for (const name of ['node', 'python', 'shell'])
      expect([name, lacking(shelf.find(name)!.form.needs)]).toEqual([name, { lacks: [], provider: undefined }]);
  });

  it('is given by one line that names each key, and given it lacks nothing more', () => {
    const all = needs({
      bundle: { cpu_seconds: 40, memory_mb: 5000, tokens: 3000, attention: 1 },
      ...{ wall_seconds: 1000, file_bytes: 3e8, workspace_bytes: 6e8, files: 30_000, supply_tokens: 5000 },
    });
    const found = lacking(all, 'market.supply.attention=0');
    const line = settingLine(found)!;
    expect(line).toBe(
      'bp-agents run --set market.supply.cpu_seconds=40 --set market.supply.memory_mb=5000 ' +
        '--set market.supply.tokens=5000 --set market.supply.attention=1 --set sandbox.wall_max_seconds=1000 ' +
        '--set sandbox.wall_base_seconds=200 --set sandbox.file_bytes_max=300000000 --set sandbox.workspace_mb=573 ' +
        '--set sandbox.workspace_files_max=30000',
    );
    const given = [...line.matchAll(/--set (\S+)/g)].map(([, setting]) => setting!);
    expect(lacking(all, ...given)).toEqual({ lacks: [], provider: undefined });
  });

  it('prevents a sale only where the bundle is larger than the supply', () => {
    const few = lacking(needs({ supply_tokens: 5000, wall_seconds: 80 }));
    expect(few.lacks.map(({ key }) => key)).toEqual(['market.supply.tokens', 'sandbox.wall_base_seconds']);
    expect(checkSellable('one', few)).toMatchObject({ ok: true });
    const none = lacking(needs({ bundle: { ...LITTLE.bundle, tokens: 10 }, supply_tokens: 20 }));
    expect(checkSellable('one', none)).toMatchObject({ code: 'no_supply', limit: 0 });
    const dear = lacking(needs({ bundle: { ...LITTLE.bundle, cpu_seconds: 17 } }));
    expect(checkSellable('one', dear)).toMatchObject({
      code: 'bundle_exceeds_supply',
      message:
        'one needs 17 of market.supply.cpu_seconds, and there are 16; what it takes, or in bp-agents.yaml: bp-agents run --set market.supply.cpu_seconds=17',
    });
  });

  it('is a provider of its format, with the line of bp-agents.yaml that names one', () => {
    const asks = needs({ format: 'messages' });
    const openai = `intelligence.providers=[{ name: o, kind: openai, base_url: "http://127.0.0.1:1/v1", models: [{ name: m }] }]`;
    expect(lacking(asks, openai)).toMatchObject({ provider: 'anthropic' });
    expect(lacking(needs({ format: 'responses' }), openai)).toMatchObject({ provider: undefined });
    const line = providerLine(lacking(asks), 'claude')!;
    expect(
      lacking(asks, line.replace(/^intelligence: \{ providers: (.*) \}$/, 'intelligence.providers=$1')),
    ).toMatchObject({
      provider: undefined,
    });
  });
});

describe('the model of a new agent', () => {
  const asks = { name: 'one', form: templateForm.parse({ title: 'x', needs: { ...LITTLE, format: 'messages' } }) };
  const provider = (kind: string, name: string) =>
    `{ name: ${name}-x, kind: ${kind}, base_url: "http://127.0.0.1:1", models: [{ name: ${name}, aliases: [${name}-alias] }] }`;
  const both = config(
    `intelligence.providers=[${provider('openai', 'o')}, ${provider('anthropic', 'a')}]`,
  ).intelligence;
  const choose = (wanted?: string, intelligence = both) =>
    chooseModel({ ...asks, files: [], program: undefined }, wanted, intelligence);

  it('is the one that was named, else the first in its format', () => {
    expect(choose()).toMatchObject({ value: 'a' });
    expect(choose('a-alias')).toMatchObject({ value: 'a-alias' });
    expect(choose(undefined, config().intelligence)).toMatchObject({ value: undefined });
    expect(choose('later', config().intelligence)).toMatchObject({ value: 'later' });
  });

  it('is refused where no provider has it, or in another format only', () => {
    expect(choose('b')).toMatchObject({ code: 'unknown_model', field: 'model' });
    expect(choose('o')).toMatchObject({ code: 'wrong_format', field: 'model' });
    const mute = { ...shelf.find('python')! };
    expect(chooseModel(mute, 'a', both)).toMatchObject({ code: 'invalid_value', field: 'model' });
    expect(chooseModel(mute, undefined, both)).toMatchObject({ value: undefined });
  });
});
