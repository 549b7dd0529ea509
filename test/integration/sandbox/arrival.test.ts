import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringHome, type Arrived } from '../../../src/sandbox/content/shipped/arrival.ts';
import { finishLandings } from '../../../src/sandbox/content/shipped/cut-off-landings.ts';
import { HostFolder } from '../../../src/sandbox/content/shipped/host-folder.ts';
import { Landing, landingsIn } from '../../../src/sandbox/content/shipped/landing.ts';
import { Porter } from '../../../src/sandbox/content/shipped/porter.ts';
import { ANSWER, scriptedStream } from '../../helpers/scripted-porter.ts';

let home: string;
let root: string;
let staging: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bp-arrival-'));
  [root, staging] = [join(home, 'agent-a'), join(home, '.staging')];
  mkdirSync(root);
  mkdirSync(staging);
  writeFileSync(join(home, 'outside'), 'untouched');
  writeFileSync(join(root, 'old'), 'as before');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const QUOTA = { bytes: 100_000, files: 10 };
const DISTINCT = { ignoresCase: false, ignoresForm: false, wantsUtf8: false };

/** Rejects with what is refused, too. */
async function arrive(answers: readonly Uint8Array[], names = DISTINCT): Promise<Came> {
  const { size, outcome } = await bringHome({
    folder: new HostFolder(root),
    landing: new Landing(staging, 'agent-a'),
    porter: new Porter(scriptedStream(...answers).stream),
    agreement: { settled: false, entries: new Map([['old', { engine: '9:9', host: '9:9' }]]) },
    quota: QUOTA,
    names,
  });
  if ('refused' in outcome) throw Object.assign(new Error(outcome.refused), { code: 'refused' });
  return { size, agreement: outcome.agreement };
}

interface Came {
  readonly size: Arrived['size'];
  readonly agreement: { readonly settled: boolean };
}

const { entry, listEnd, piece, contentEnd, done } = ANSWER;

describe('what an agent has left on its engine', () => {
  it('comes home: files with holes, folders and links; what it removed goes, and so do pipes', async () => {
    const list = [
      entry('d', 'sub', { mode: 0o500 }),
      entry('f', 'sub/holed', { mode: 0o4755, size: 70_000, disk: 4096 }),
      entry('l', 'sub/way', { target: '/etc/passwd' }),
      entry('o', 'pipe'),
    ];
    const { size, agreement } = await arrive([...list, listEnd(), piece(69_998, 'ab'), contentEnd(70_000), done()]);
    expect(size).toEqual({ bytes: 8192, files: 4 });
    expect(agreement.settled).toBe(true);
    expect(existsSync(join(root, 'old'))).toBe(false);
    expect(existsSync(join(root, 'pipe'))).toBe(false);
    expect(readFileSync(join(root, 'sub', 'holed')).subarray(69_997)).toEqual(Buffer.from('\0ab'));
    expect(lstatSync(join(root, 'sub', 'holed')).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(root, 'sub', 'way')).isSymbolicLink()).toBe(true);
    expect(await landingsIn(staging)).toEqual([]);
  });

  it('leaves the operator what they changed meanwhile, unless the agent changed it too', async () => {
    writeFileSync(join(root, 'note'), 'of the operator');
    await arrive([entry('f', 'new'), listEnd(), piece(0, 'of the agent'), contentEnd(12), done()]);
    expect(readFileSync(join(root, 'note'), 'utf8')).toBe('of the operator');
    expect(readFileSync(join(root, 'new'), 'utf8')).toBe('of the agent');
  });

  const hostile: Readonly<Record<string, readonly Uint8Array[]>> = {
    'a path that leaves the folder': [entry('f', '../outside'), listEnd()],
    'an absolute path': [entry('f', '/etc/passwd'), listEnd()],
    'a path through a link of its own': [entry('l', 'way', { target: '..' }), entry('f', 'way/outside'), listEnd()],
    'a file below no folder': [entry('f', 'none/file'), listEnd()],
    'one name twice': [entry('l', 'x', { target: '..' }), entry('d', 'x'), listEnd()],
    'an empty name': [entry('f', 'a//b'), listEnd()],
    'more names than it may have': [...Array.from({ length: 11 }, (_, n) => entry('f', `f${n}`)), listEnd()],
    'more names than were asked for': [listEnd(1)],
    'more bytes than it may have': [entry('f', 'big', { disk: 100_001 }), listEnd()],
    'more content than it has told': [
      entry('f', 'big', { disk: 512 }),
      listEnd(),
      ...[0, 1, 2].map((n) => piece(n * 60_000, 'x'.repeat(60_000))),
      contentEnd(180_000),
    ],
    'folders that are nested too deeply': [listEnd(2)],
    'a path of 5,000 bytes': [entry('f', Array.from({ length: 25 }, () => 'x'.repeat(200)).join('/')), listEnd()],
    'a size beyond all bounds': [entry('f', 'x', { disk: 2 ** 53 }), listEnd()],
    'a file that ends before its content': [entry('f', 'x'), listEnd(), piece(0, 'abc'), contentEnd(2), done()],
    'pieces in the wrong order': [entry('f', 'x'), listEnd(), piece(9, 'abc'), piece(0, 'abc'), contentEnd(12), done()],
    'an end in the midst of a file': [entry('f', 'x'), listEnd(), piece(0, 'abc')],
    'a file that could not be read': [entry('f', 'x'), listEnd(), contentEnd(0, 13), done()],
    'no answer at all': [],
    'an answer that is none': [Buffer.from('?')],
  };
  for (const [what, answers] of Object.entries(hostile))
    it(`changes nothing where it is ${what}`, async () => {
      await expect(arrive(answers)).rejects.toMatchObject({
        code: expect.stringMatching(/^(refused|sandbox_(content|workspace))$/) as string,
      });
      expect(readFileSync(join(root, 'old'), 'utf8')).toBe('as before');
      expect(readFileSync(join(home, 'outside'), 'utf8')).toBe('untouched');
      expect(await landingsIn(staging)).toEqual([]);
    });

  it('is refused where two of its names are one on this host', async () => {
    const list = (...names: string[]) => [...names.map((name) => entry('f', name)), listEnd()];
    const composed = Buffer.from('\u00e9').toString('latin1');
    const taken = Buffer.from('e\u0301').toString('latin1');
    await expect(arrive(list('Name', 'name'), { ...DISTINCT, ignoresCase: true })).rejects.toThrow(/one name/);
    await expect(arrive(list(composed, taken), { ...DISTINCT, ignoresForm: true })).rejects.toThrow(/one name/);
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('as before');
  });

  it('is refused where this host can not have one of its names', async () => {
    const foreign = [entry('f', 'caf\xe9'), listEnd(), contentEnd(0), done()];
    await expect(arrive(foreign, { ...DISTINCT, wantsUtf8: true })).rejects.toThrow(/no name on this host/);
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('as before');
    await arrive(foreign);
    expect(readdirSync(root, { encoding: 'buffer' })).toEqual([Buffer.from('caf\xe9', 'latin1')]);
  });

  it('never lands behind a link that stands in its way', async () => {
    rmSync(join(root, 'old'));
    symlinkSync(home, join(root, 'sub'));
    await arrive([entry('d', 'sub'), entry('f', 'sub/outside'), listEnd(), piece(0, 'evil'), contentEnd(4), done()]);
    expect(readFileSync(join(home, 'outside'), 'utf8')).toBe('untouched');
    expect(readFileSync(join(root, 'sub', 'outside'), 'utf8')).toBe('evil');
  });

  it('lands where the operator has put something else in place of a folder that both had', async () => {
    symlinkSync(home, join(root, 'sub'));
    await bringHome({
      folder: new HostFolder(root),
      landing: new Landing(staging, 'agent-a'),
      porter: new Porter(
        scriptedStream(entry('d', 'sub'), entry('f', 'sub/outside'), listEnd(), piece(0, 'new'), contentEnd(3), done())
          .stream,
      ),
      agreement: { settled: true, entries: new Map([['sub', { engine: 'folder 420', host: 'folder 448' }]]) },
      quota: QUOTA,
      names: DISTINCT,
    });
    expect(readFileSync(join(home, 'outside'), 'utf8')).toBe('untouched');
    expect(readFileSync(join(root, 'sub', 'outside'), 'utf8')).toBe('new');
  });
});

describe('a landing', () => {
  const CHANGES = { removed: ['old'], folders: [], links: [], files: [{ ...file('old/new') }] };
  const folders = [{ ...file('old'), kind: 'folder' as const, mode: 0o755 }];

  it('that was promised is finished by who finds it, wherever it was cut off', async () => {
    const landing = new Landing(staging, 'agent-a');
    await landing.open();
    writeFileSync(landing.file(0), 'arrived');
    await landing.commit({ ...CHANGES, folders });
    // As far as one came that was killed before its last step.
    rmSync(join(root, 'old'));
    writeFileSync(join(staging, 'landing-agent-a', 'removed'), '');
    mkdirSync(join(root, 'old'));
    writeFileSync(join(root, 'old', 'new'), 'arrived');
    rmSync(landing.file(0));
    expect(await landingsIn(staging)).toEqual(['agent-a']);
    await new Landing(staging, 'agent-a').finish(new HostFolder(root));
    expect(readFileSync(join(root, 'old', 'new'), 'utf8')).toBe('arrived');
    expect(await landingsIn(staging)).toEqual([]);
  });

  it('is finished or dropped for every folder of a home by the next command', async () => {
    const all = join(home, 'workspaces');
    mkdirSync(join(all, 'agent-a'), { recursive: true });
    mkdirSync(join(all, 'agent-b'));
    const [promised, begun] = ['agent-a', 'agent-b'].map((name) => new Landing(join(all, '.staging'), name));
    await promised!.open();
    writeFileSync(promised!.file(0), 'arrived');
    await promised!.commit({ removed: [], folders: [], links: [], files: [file('new')] });
    await begun!.open();
    writeFileSync(begun!.file(0), 'arrived');
    await finishLandings(home);
    expect(readFileSync(join(all, 'agent-a', 'new'), 'utf8')).toBe('arrived');
    expect(existsSync(join(all, 'agent-b', 'new'))).toBe(false);
    expect(await landingsIn(join(all, '.staging'))).toEqual([]);
  });

  it('that was not promised was never there', async () => {
    const landing = new Landing(staging, 'agent-a');
    await landing.open();
    writeFileSync(landing.file(0), 'arrived');
    await new Landing(staging, 'agent-a').finish(new HostFolder(root));
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('as before');
    expect(await landingsIn(staging)).toEqual([]);
  });
});

function file(path: string) {
  const rest = { mode: 0o644, size: 0, diskBytes: 0, stamp: '1:1', modifiedNs: 0n, target: '' };
  return { path, kind: 'file' as const, ...rest };
}
