import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WaitingFile } from '../../../src/domain/agent-files.ts';
import { layInFolder, lookInFolder } from '../../../src/sandbox/content/workspace-update.ts';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'bp-laying-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const at = (path: string) => join(home, 'workspaces', 'agent-a', path);
const text = (path: string) => readFileSync(at(path), 'utf8');

function write(path: string, content: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
  chmodSync(at(path), 0o644);
}

function version(content: string) {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content) };
}

/** A file that gives way only to what was given before. */
function file(path: string, content: string | null, ...earlier: readonly string[]): WaitingFile {
  return {
    path,
    content: content === null ? null : Buffer.from(content),
    executable: false,
    replaces: earlier.map(version),
  };
}

/** What a look foretells and what laying then does, which must be the same. */
async function lay(...files: readonly WaitingFile[]) {
  const request = { agentId: 'a', files };
  const foretold = await lookInFolder(home, request);
  const laid = await layInFolder(home, request, { uid: 1 });
  expect(laid).toEqual(foretold);
  return laid;
}

describe('laying files in a workspace', () => {
  it('makes what is missing, replaces and removes what is as it was given, and leaves what is the same', async () => {
    write('main.py', 'old');
    write('lib/gone.py', 'old');
    write('same', 'same');
    expect(
      await lay(
        file('lib/gone.py', null, 'older', 'old'),
        file('main.py', 'new', 'old'),
        file('same', 'same'),
        file('deep/er/new', 'x'),
      ),
    ).toEqual({ added: ['deep/er/new'], changed: ['main.py'], removed: ['lib/gone.py'], kept: [], same: 1 });
    expect([text('main.py'), text('deep/er/new')]).toEqual(['new', 'x']);
    expect(existsSync(at('lib'))).toBe(false);
  });

  it('keeps what was changed since, whatever it is, and all that is not named', async () => {
    write('main.py', 'mended by hand');
    write('gone', 'mended by hand');
    write('memory', 'the agent wrote this');
    write('lib', 'a file where a folder is to be');
    mkdirSync(at('folder/inside'), { recursive: true });
    symlinkSync('/etc/passwd', at('link'));
    symlinkSync('/etc', at('etc'));
    execFileSync('mkfifo', [at('pipe')]);
    write('huge', '');
    truncateSync(at('huge'), 2 ** 40);
    const names = ['main.py', 'lib/x', 'folder', 'link', 'etc/passwd', 'pipe', 'huge'];
    const laid = await lay(file('gone', null, 'old'), ...names.map((name) => file(name, 'new', 'old')));
    expect(laid).toEqual({ added: [], changed: [], removed: [], kept: ['gone', ...names], same: 0 });
    expect([text('main.py'), text('memory'), text('lib')]).toEqual([
      'mended by hand',
      'the agent wrote this',
      'a file where a folder is to be',
    ]);
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  it('replaces whatever stands there where it may, and puts a folder aside', async () => {
    write('main.py', 'mended by hand');
    write('lib', 'a file where a folder is to be');
    write('folder/inside', 'x');
    symlinkSync('/etc/passwd', at('link'));
    const paths = ['main.py', 'lib/x', 'folder', 'link'];
    const files = paths.map((path) => ({ path, content: Buffer.from('new'), executable: true }));
    expect(await lay(...files)).toMatchObject({ kept: [], same: 0 });
    for (const path of paths) expect([text(path), lstatSync(at(path)).mode & 0o777]).toEqual(['new', 0o755]);
    expect(readdirSync(at('.')).some((name) => name.startsWith('.folder.replaced-'))).toBe(true);
    expect(await lay(...files)).toMatchObject({ same: 4 });
  });

  it('takes a file of the same content that its author may run now for a changed one', async () => {
    write('main', 'x');
    expect(await lay({ ...file('main', 'x', 'x'), executable: true })).toMatchObject({ changed: ['main'] });
    expect(lstatSync(at('main')).mode & 0o777).toBe(0o755);
  });

  it('makes a folder of what was a file, and a file of what was a folder', async () => {
    write('lib', 'old');
    await lay(file('lib', null, 'old'), file('lib/x', 'new'));
    expect(text('lib/x')).toBe('new');
    const request = { agentId: 'a', files: [file('lib/x', null, 'new'), file('lib', 'file again')] };
    expect(await layInFolder(home, request, { uid: 1 })).toMatchObject({ removed: ['lib/x'], added: ['lib'] });
    expect(text('lib')).toBe('file again');
  });

  it('writes through no link to a file elsewhere, and removes no file below a linked folder', async () => {
    const outside = join(home, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'main.py'), 'old');
    mkdirSync(at('.'), { recursive: true });
    symlinkSync(outside, at('lib'));
    linkSync(join(outside, 'main.py'), at('hard'));
    expect(
      await lay(file('lib/main.py', null, 'old'), file('lib/main.py', 'new', 'old'), file('hard', 'new', 'old')),
    ).toEqual({ added: [], changed: ['hard'], removed: [], kept: ['lib/main.py'], same: 0 });
    expect(readFileSync(join(outside, 'main.py'), 'utf8')).toBe('old');
    expect(text('hard')).toBe('new');
  });

  it('is refused a workspace that is a link', async () => {
    const outside = join(home, 'outside');
    for (const folder of [outside, join(home, 'workspaces')]) mkdirSync(folder);
    symlinkSync(outside, at(''));
    const request = { agentId: 'a', files: [file('main.py', 'new')] };
    await expect(lookInFolder(home, request)).rejects.toMatchObject({ code: 'sandbox_files' });
    await expect(layInFolder(home, request, { uid: 1 })).rejects.toMatchObject({ code: 'sandbox_files' });
    expect(readdirSync(outside)).toEqual([]);
  });
});
