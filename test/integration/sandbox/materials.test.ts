import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { BpError } from '../../../src/platform/errors.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { Materials } from '../../../src/sandbox/content/materials/materials.ts';
import { MaterialsFolder } from '../../../src/sandbox/content/materials/materials-folder.ts';
import { treeArchive } from '../../../src/sandbox/content/tree-archive.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const NEVER = new AbortController().signal;
const DEFAULTS = configSchema.parse({}).materials;
let home: string;
let root: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bp-materials-'));
  root = join(home, 'materials');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const put = (path: string, text = 'x') => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const folderOf = (settings: Partial<typeof DEFAULTS> = {}) =>
  new MaterialsFolder(root, { ...DEFAULTS, ...settings }, systemClock());
const look = (settings?: Partial<typeof DEFAULTS>) => folderOf(settings).look();
const pathsOf = (content: Awaited<ReturnType<typeof look>>['content']) =>
  (content?.source.entries ?? []).map(({ path }) => path).sort();
const reasons = (found: Awaited<ReturnType<typeof look>>) =>
  Object.fromEntries(found.leftOut.map(({ reason, count }) => [reason, count]));

describe('materials', () => {
  it('that are missing or empty are nothing', async () => {
    const nothing = { content: null, files: 0, bytes: 0, leftOut: [] };
    expect(await look()).toEqual(nothing);
    mkdirSync(root);
    expect(await look()).toEqual(nothing);
  });

  it('that are no folder are told, and a link to one is as good as the folder', async () => {
    writeFileSync(root, 'a file');
    await expect(look()).rejects.toMatchObject({ code: 'materials_unreadable' });
    rmSync(root);
    symlinkSync('gone', root);
    await expect(look()).rejects.toMatchObject({ code: 'materials_unreadable' });
    mkdirSync(join(home, 'gone'));
    writeFileSync(join(home, 'gone', 'a'), 'x');
    expect(await look()).toMatchObject({ files: 1 });
  });

  it('are known by what is in them, and by nothing else', async () => {
    put('a', '1');
    put('sub/b', '2');
    const first = await look();
    expect(first).toMatchObject({ files: 2, bytes: 2 });
    utimesSync(join(root, 'a'), 1, 1);
    expect((await look()).content?.key).toBe(first.content?.key);
    put('a', '3');
    const second = await look();
    expect(second.content?.key).not.toBe(first.content?.key);
    put('a', '1');
    chmodSync(join(root, 'a'), 0o755);
    expect((await look()).content?.key).not.toBe(first.content?.key);
  });

  it('leave out version control, environment files and keys by name, whatever their case', async () => {
    const names = {
      version_control: ['.git/config', 'sub/.GIT/x', '.svn/y'],
      environment: ['.env', 'sub/.env.local', 'prod.env', '.envrc'],
      key: [
        ...[
          'id_rsa',
          'ID_ED25519',
          'id_rsa.bak',
          'a.PEM',
          'server.key',
          'x.p12',
          'store.jks',
          'p.kdbx',
          '.npmrc',
          '.netrc',
        ],
        ...['.ssh/known_hosts', '.aws/config', '.git-credentials', '.pypirc', 'sub/.bp-agents/economy.db', 'my.ppk'],
      ],
    };
    for (const path of Object.values(names).flat()) put(path, 'plain');
    const kept = ['id_rsa.pub', 'environment.md', 'git.md', 'key.txt', 'keys/readme', '.gitignore', 'envelope.env.md'];
    for (const path of kept) put(path);
    const found = await look();
    expect(pathsOf(found.content)).toEqual([...kept, 'keys', 'sub'].sort());
    expect(reasons(found)).toEqual({ version_control: 3, environment: 4, key: names.key.length });
  });

  it.each([
    ['PKCS 8', '-----BEGIN PRIVATE KEY-----'],
    ['OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['encrypted RSA', '-----BEGIN RSA PRIVATE KEY-----'],
    ['PGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----'],
    ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519'],
    ['age', 'AGE-SECRET-KEY-1QQPQY'],
  ])('leave out a file that holds a private key (%s), wherever in it', async (_, header) => {
    put('first', `${header}\nMII`);
    put('json', `{"private_key": "${header}\\nMII"}`);
    // Over the edge of what is read at once.
    put('late', `${'x'.repeat(256 * 1024 - 10)}${header}`);
    put('public', '-----BEGIN PUBLIC KEY-----\nMII\n-----BEGIN CERTIFICATE-----');
    const found = await look();
    expect(pathsOf(found.content)).toEqual(['public']);
    expect(found).toMatchObject({ files: 1, leftOut: [{ reason: 'key', count: 3 }] });
    expect((await look({ include: ['first'] })).files).toBe(2);
  });

  it('show what was asked for by name, and no more than that', async () => {
    for (const path of ['.env', 'sub/.env', '.git/config', '.git/id_rsa', 'a.pem']) put(path);
    const found = await look({ include: ['sub/.env', '.git', 'missing'] });
    expect(pathsOf(found.content)).toEqual(['.git', '.git/config', 'sub', 'sub/.env']);
    expect(reasons(found)).toEqual({ environment: 1, key: 2 });
  });

  it('keep links that stay within and leave out those that lead out, unless asked for', async () => {
    put('sub/a', 'in');
    mkdirSync(join(home, 'outside', 'deep'), { recursive: true });
    writeFileSync(join(home, 'outside', 'secret'), 'out');
    writeFileSync(join(home, 'outside', '.env'), 'out');
    const links = { 'sub/within': '../sub/a', loop: 'loop', up: '../outside', far: '/etc/shadow', 'sub/up': '../../x' };
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
    symlinkSync('../outside/secret', join(root, 'one'));
    symlinkSync('../nowhere', join(root, 'dangling'));
    const found = await look();
    expect(pathsOf(found.content)).toEqual(['loop', 'sub', 'sub/a', 'sub/within']);
    expect(reasons(found)).toEqual({ link: 5 });
    const asked = await look({ include: ['up', 'one', 'dangling'] });
    expect(pathsOf(asked.content)).toEqual(
      ['loop', 'one', 'sub', 'sub/a', 'sub/within', 'up', 'up/deep', 'up/secret'].sort(),
    );
    expect(reasons(asked)).toEqual({ link: 2, unreadable: 1, environment: 1 });
  });

  it('are told anew where only what is left out has changed', async () => {
    put('a');
    utimesSync(join(root, 'a'), 1, 1);
    const folder = folderOf();
    const first = await folder.look();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await folder.look()).content).toEqual(first.content);
    put('b.pem');
    expect(await folder.look()).toMatchObject({ content: first.content, leftOut: [{ reason: 'key', count: 1 }] });
    put('c', '-----BEGIN PRIVATE KEY-----');
    expect(await folder.look()).toMatchObject({ content: first.content, leftOut: [{ reason: 'key', count: 2 }] });
    rmSync(join(root, 'a'));
    expect((await folder.look()).content).toBeNull();
  });

  it('leave out special files, without waiting for them', async () => {
    put('a');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    linkSync(join(root, 'a'), join(root, 'twin'));
    chmodSync(join(root, 'twin'), 0o4755);
    const found = await look();
    expect(pathsOf(found.content)).toEqual(['a', 'twin']);
    expect(reasons(found)).toEqual({ special: 1 });
  });

  it('may have names of any bytes, and paths that are no longer than an archive takes', async () => {
    mkdirSync(root);
    const names = [
      Buffer.from('a\nb'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('A'),
      Buffer.from('a'),
      Buffer.from(' -rf'),
    ];
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), '');
    expect(pathsOf((await look()).content)).toEqual(names.map((name) => name.toString('latin1')).sort());
    execFileSync('sh', ['-c', 'cd "$0" && for n in $(seq 70); do mkdir d && cd d; done; touch end', root]);
    const deep = await look();
    expect(reasons(deep)).toEqual({ name: 1 });
    execFileSync('rm', ['-rf', join(root, 'd')]);
  });

  it('are an archive that any tar reads, whatever the clock has said', async () => {
    put('old', '1');
    utimesSync(join(root, 'old'), -5, -5);
    put('new', '2');
    utimesSync(join(root, 'new'), 30_000_000_000, 30_000_000_000);
    put(`${'d'.repeat(200)}/${'e'.repeat(200)}`, '3');
    symlinkSync('old', join(root, 'way'));
    const { content } = await look();
    const pieces: Uint8Array[] = [];
    for await (const piece of treeArchive(content!.source)) pieces.push(Buffer.from(piece));
    const listed = execFileSync('tar', ['-tf', '-'], { input: Buffer.concat(pieces), encoding: 'utf8' });
    expect(listed.trim().split('\n').sort()).toEqual(
      [`${'d'.repeat(200)}/`, `${'d'.repeat(200)}/${'e'.repeat(200)}`, 'new', 'old', 'way'].sort(),
    );
  });

  it('are refused whole where they are too much, by size, holes included, and by number', async () => {
    put('a', '12345');
    await expect(look({ bytes_max: 4 })).rejects.toThrow('more than 4 bytes');
    for (let n = 0; n < 10; n++) put(`f${n}`, '');
    await expect(look({ files_max: 10 })).rejects.toThrow('more than 10 files');
    expect((await look({ files_max: 11 })).files).toBe(11);
    truncateSync(join(root, 'a'), 5_000_000_000_000);
    await expect(look()).rejects.toMatchObject({ code: 'materials_too_large' });
  });

  it('go on as they were where they are too much or change all the time, and it is told once', async () => {
    const placed: string[] = [];
    const kept: (readonly string[])[] = [];
    let refuse: BpError | undefined;
    const clock = fakeClock();
    const materials = new Materials({
      ...{ folder: folderOf({ bytes_max: 10 }), clock },
      place({ key }) {
        if (refuse) return Promise.reject(refuse);
        placed.push(key);
        return Promise.resolve();
      },
      keep: (_, keys) => Promise.resolve(void kept.push([...keys])),
    });
    expect(await materials.expose(NEVER)).toEqual({ content: null, files: 0, bytes: 0, news: undefined });
    put('a', '1');
    const first = await materials.expose(NEVER);
    expect(first).toMatchObject({ files: 1, bytes: 1, news: { files: 1, bytes: 1, leftOut: [], problem: null } });
    expect((await materials.expose(NEVER)).news).toBeUndefined();
    put('b', 'x'.repeat(20));
    const { news: _, ...same } = first;
    const large = await materials.expose(NEVER);
    expect(large).toMatchObject({ ...same, news: { problem: 'materials/ holds more than 10 bytes' } });
    expect((await materials.expose(NEVER)).news).toBeUndefined();
    put('b', '2');
    refuse = new BpError('sandbox_content_changed', 'changed');
    expect(await materials.expose(NEVER)).toMatchObject({ content: null, news: { problem: 'changed' } });
    refuse = new BpError('sandbox_engine', 'no room');
    await expect(materials.expose(NEVER)).rejects.toThrow('no room');
    refuse = undefined;
    const second = await materials.expose(NEVER);
    expect(second).toMatchObject({ files: 2, news: { files: 2, problem: null } });
    // Whoever was given the first may not have it mounted yet.
    expect(kept.at(-1)).toEqual(expect.arrayContaining([first.content, second.content]));
    clock.advance(121_000);
    await materials.expose(NEVER);
    expect(kept.at(-1)).toEqual([second.content]);
    expect(placed).toContain(second.content);
  });

  it('are seen as they are by whoever asks, though others are being told just now', async () => {
    put('a', '1');
    const materials = new Materials({
      ...{ folder: folderOf(), clock: fakeClock() },
      place: () => Promise.resolve(),
      keep: () => Promise.resolve(),
    });
    const early = materials.expose(NEVER);
    put('b', '2');
    const late = [materials.expose(NEVER), materials.expose(NEVER)];
    await early;
    for (const { files } of await Promise.all(late)) expect(files).toBe(2);
  });
});
